import { test } from 'tap';
import type { Test } from 'tap';
import { setTimeout } from 'node:timers/promises';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Session } from '../../../src/domains/sessions/session.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { createActors, outcomeOf } from '../../kit/service/actors.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { agreeingEngine, openSessions, putInState, whenState } from '../../kit/sessions/sessions.ts';

const MINUTE = 60_000;

/** A ready session on a stopped clock: idle after 30 minutes, over after 120, 240 at most. */
async function setUp(t: Test, database: Database) {
  const { owner } = await createActors(database);
  const clock = createFakeClock(new Date());
  const events = createMemoryBus({ log: quietLog() });
  let changes = 0;
  events.listen('session.changed', () => changes++);
  const sessions = openSessions(t, database, { clock, events, engine: agreeingEngine(database) });
  const { service } = sessions;
  const { id } = await service.start(owner, { lab: 'lab-0' });
  await putInState(database, id, 'ready');
  sessions.start();
  const minutesLeft = async () =>
    Math.round(((await service.get(owner, id)).expiresAt.getTime() - clock.now().getTime()) / MINUTE);
  /** Advances the clock until `done` returns true for the session. Sweeps run every few seconds. */
  async function pass(minutes: number, done?: (session: Session) => boolean): Promise<void> {
    clock.jump(minutes * MINUTE);
    for (let tries = 0; tries < (done ? 100 : 10); tries++) {
      await setTimeout(20);
      if (done?.(await service.get(owner, id))) return;
      clock.jump(600);
    }
    if (done) throw new Error('It did not come about.');
  }
  return { service, owner, id, pass, minutesLeft, changes: () => changes };
}

/** The database, with a callback after each read of sessions. */
function interfering(database: Database, happens: () => Promise<unknown> | undefined): Database {
  const client = database.client.$extends({
    query: {
      session: {
        async findMany({ args, query }) {
          const rows = await query(args);
          await happens();
          return rows;
        },
      },
    },
  });
  return { ...database, client: client as unknown as Database['client'] };
}

const isWarned = ({ warnedAt }: Session) => warnedAt !== undefined;

await test('an idle session gets a warning, and ends with that reason', async (t) => {
  await eachDatabase(t, 'idle', async (t, database) => {
    const { service, owner, id, pass, changes } = await setUp(t, database);
    await pass(24);
    t.equal((await service.get(owner, id)).warnedAt, undefined);
    const before = changes();
    await pass(1, isWarned);
    t.equal(changes(), before + 1, 'the warning is sent once');
    await pass(5);
    // It has nothing on the engine, so it ends immediately.
    const ended = await whenState(service, id, 'ended');
    t.match(ended.reason, { code: 'SESSION_IDLE', message: /30 minutes/ });
  });
});

await test('activity keeps a session alive and cancels the warning, until its total lifetime is over', async (t) => {
  await eachDatabase(t, 'use', async (t, database) => {
    const { service, id, pass, minutesLeft } = await setUp(t, database);
    await pass(26, isWarned);
    service.touch(id);
    await pass(1, (session) => !isWarned(session));
    t.ok((await minutesLeft()) >= 28);
    for (let passed = 27; passed < 107; passed += 20) {
      service.touch(id);
      await pass(20);
    }
    service.touch(id);
    await pass(9, isWarned);
    await pass(5);
    const ended = await whenState(service, id, 'ended');
    t.match(ended.reason, { code: 'SESSION_LIFETIME_OVER', message: /120 minutes/ });
  });
});

await test('a session whose end passed unnoticed is warned first, and extended by the warning time', async (t) => {
  await eachDatabase(t, 'spared', async (t, database) => {
    const { service, id, pass, minutesLeft } = await setUp(t, database);
    await pass(300, isWarned);
    t.equal(await minutesLeft(), 5);
    service.touch(id);
    await pass(4);
    t.equal((await service.get(system, id)).state, 'ready');
    await pass(2);
    t.match((await whenState(service, id, 'ended')).reason, { code: 'SESSION_LIFETIME_OVER' });
  });
});

await test('a stopping service writes the last uses, despite simultaneous changes', async (t) => {
  await eachDatabase(t, 'last uses', async (t, database) => {
    const { owner } = await createActors(database);
    let interfere: (() => Promise<unknown>) | undefined;
    const withInterference = interfering(database, () => interfere?.());
    const { service, flushUses } = openSessions(t, withInterference);
    const { id } = await service.start(owner, { lab: 'lab-0' });
    await putInState(database, id, 'ready');
    const before = await database.client.session.findUniqueOrThrow({ where: { id } });
    service.touch(id);
    interfere = () => {
      interfere = undefined;
      const data = { generation: { increment: 1 } };
      return database.client.session.update({ where: { id }, data });
    };
    await setTimeout(2);
    await flushUses();
    const after = await database.client.session.findUniqueOrThrow({ where: { id } });
    t.equal(after.generation, before.generation + 1, 'another process was between reading and writing');
    t.ok(after.lastActivityAt > before.lastActivityAt);
  });
});

await test('an extension postpones the end, up to the longest lifetime of the lab', async (t) => {
  await eachDatabase(t, 'extend', async (t, database) => {
    const { service, owner, id, pass, minutesLeft } = await setUp(t, database);
    await pass(26, isWarned);
    const extended = await service.extend(owner, id, 60);
    t.equal(extended.warnedAt, undefined, 'its learner had been warned of the previous end');
    t.equal(await minutesLeft(), 64);
    await service.extend(owner, id, 1000);
    t.equal(await minutesLeft(), 214);
    t.equal(await outcomeOf(() => service.extend(owner, id, 1)), 'SESSION_EXTEND_LIMIT');
    for (const minutes of [0, -5, Number.NaN, Infinity]) {
      t.equal(await outcomeOf(() => service.extend(owner, id, minutes)), 'INPUT_INVALID');
    }
  });
});

await test('ten simultaneous extensions all count', async (t) => {
  await eachDatabase(t, 'extensions', async (t, database) => {
    const { service, owner, id, minutesLeft } = await setUp(t, database);
    await Promise.all(Array.from({ length: 10 }, () => service.extend(owner, id, 3)));
    t.equal(await minutesLeft(), 60);
  });
});
