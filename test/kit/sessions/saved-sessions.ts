import { setTimeout } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Lab } from '../../../src/domains/labs/lab.ts';
import type { Sessions, SessionsOptions } from '../../../src/domains/sessions/sessions-options.ts';
import type { Session } from '../../../src/domains/sessions/session.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { createActors } from '../service/actors.ts';
import { freshDatabase } from '../database/databases.ts';
import { createFakeClock } from '../basics/fake-clock.ts';
import { openTestEngine, withFaults } from './session-engine.ts';
import { openSessions, testCatalogue, testLab, testMachine, whenState } from './sessions.ts';
import { until } from '../basics/until.ts';

/** A lab of two machines, one of them with a volume. */
const labWithVolume = testLab('lab-0', {
  machines: [testMachine('main', { volumes: ['/data'] }), testMachine('db')],
});

/** A complete service on the real engine, with functions to inspect it. */
export async function openSaves(
  t: Test,
  options: { labs?: Lab[]; database?: Database } & Partial<SessionsOptions> = {},
) {
  const { labs = [labWithVolume, testLab('lab-1')], database: given, engine: real, ...rest } = options;
  const database = given ?? (await freshDatabase(t, 'sqlite'));
  const actors = await createActors(database);
  const engine = withFaults(real ?? openTestEngine(t));
  const all = { engine, catalogue: testCatalogue(labs), ...rest };
  const sessions = openSessions(t, database, all);
  sessions.start();
  const { service, saves } = sessions;

  async function ready(lab = 'lab-0'): Promise<Session> {
    const { id } = await service.start(actors.owner, { lab });
    return whenState(service, id, 'ready', 'failed');
  }

  /** Runs a script in a machine as `user`, and returns its output. */
  async function run(
    id: string,
    script: string,
    { machine = 'main', user = 'root', actor = actors.owner } = {},
  ) {
    const { machineId } = await service.machine(actor, id, machine);
    const command = ['sh', '-c', script];
    const done = await engine.exec(machineId, {
      command,
      user,
      timeoutMs: 20_000,
      outputLimitBytes: 100_000,
    });
    return `${done.stdout.toString()}${done.stderr.toString()}`;
  }

  async function saved(id: string): Promise<Session> {
    await saves.save(actors.owner, id);
    return whenState(service, id, 'saved', 'ready', 'failed');
  }

  /** Resolves when the engine has only these managed environments and images. */
  async function leaves(environments: number, images: number): Promise<void> {
    const count = async () => [(await engine.list()).length, (await engine.listImages()).length];
    await until(async () => String(await count()) === `${environments},${images}`, 30_000).catch(
      async (error: unknown) => {
        const reported = sessions.log.messages().join('\n');
        throw new Error(`The engine has ${String(await count())}. The log:\n${reported}`, { cause: error });
      },
    );
  }

  return { database, engine, sessions, service, saves, actors, ready, run, saved, leaves, options: all };
}

export type SavedWorld = Awaited<ReturnType<typeof openSaves>>;

/** Sessions on the real engine, on a stopped clock. */
export async function openAgeing(t: Test, options: Parameters<typeof openSaves>[1] = {}) {
  const clock = createFakeClock(new Date());
  const world = await openSaves(t, { clock, ...options });
  /** Advances the clock until `done` returns true for the session. Sweeps run every few seconds. */
  async function pass(ms: number, id: string, done: (session: Session) => boolean): Promise<Session> {
    clock.jump(ms);
    for (let tries = 0; tries < 400; tries++) {
      await setTimeout(50);
      const session = await world.service.get(system, id);
      if (done(session)) return session;
      clock.jump(500);
    }
    throw new Error(`The condition was still false: ${JSON.stringify(await world.service.get(system, id))}`);
  }
  /** Lets the sweeps continue, almost without advancing the clock. */
  async function sweeps(work: Promise<unknown>): Promise<void> {
    const timer = setInterval(() => clock.jump(200), 50);
    await work.finally(() => clearInterval(timer));
  }
  return { ...world, clock, pass, sweeps };
}

/** Another service process on the same database and engine. */
export function openBeside(t: Test, { database, options }: SavedWorld): Sessions {
  return openSessions(t, database, options);
}
