import type { Clock } from '../../../core/clock.ts';
import type { Engine, EnvironmentStatus, ProvisionedMachine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { FaultCode } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { used } from '../lifetime-rules.ts';
import { addressed, planRepair } from './repair-plan.ts';
import type { RestartLimit } from './restart-limit.ts';
import { reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';

type FoundMachine = EnvironmentStatus['machines'][number];

export type Repairs = ReturnType<typeof createRepairs>;

/** Brings single sessions back in line with the engine. `onLost` is called when one had to be given up. */
export function createRepairs(options: {
  store: SessionStore;
  changer: SessionChanger;
  engine: Pick<Engine, 'inspect' | 'restart' | 'unpause'>;
  limit: RestartLimit;
  /** Whether a copy of the session is being read, which freezes its machines meanwhile. */
  isBeingCopied: (sessionId: string) => Promise<boolean>;
  /** Whether some process paused the machine because of what it writes. */
  isPausedForDisk: (machine: SessionRow['machines'][number]) => boolean;
  clock: Clock;
  logger: Log;
  onLost: () => void;
}) {
  const { store, changer, engine, limit, isBeingCopied, isPausedForDisk, clock, logger, onLost } = options;
  /** Sessions whose machines are being started again here: their ends are no news. */
  const inHand = new Set<string>();

  /** Does `work` alone on the session in this process; undefined when something is done to it already. */
  async function alone<T>(id: string, work: () => Promise<T>): Promise<T | undefined> {
    if (inHand.has(id)) return undefined;
    inHand.add(id);
    try {
      return await work();
    } finally {
      inHand.delete(id);
    }
  }

  /** Gives a session up whose machines cannot be used any more. */
  async function giveUp(row: SessionRow, code: FaultCode, machine = ''): Promise<SessionRow | undefined> {
    logger.warn({ sessionId: row.id, code, machine }, 'A session could not be kept.');
    const failed = await changer.move(row, 'fail', { ...reason(code, { machine }), endedAt: clock.now() });
    if (failed) onLost();
    return failed;
  }

  async function bringBack(row: SessionRow, machines: ProvisionedMachine[]): Promise<SessionRow | undefined> {
    const unreachable = row.state === 'unreachable';
    // The time that the engine was away is not the learner's.
    const changes = unreachable ? used(row, clock.now()) : {};
    return changer.move(row, unreachable ? 'find' : 'restart', changes, { machines });
  }

  async function restartMachines(machines: FoundMachine[]): Promise<ProvisionedMachine[]> {
    const restarted = await Promise.all(
      machines.map(async (machine) => {
        await engine.restart(machine.machineId);
        return { ...machine, ...(await engine.inspect(machine.machineId)) };
      }),
    );
    return addressed(restarted);
  }

  /** The session as it is now, unless it changed: then it may be saved or stopped, and frozen on purpose. */
  async function findUnchanged({ id, generation }: SessionRow): Promise<SessionRow | undefined> {
    const now = await store.findAny(id);
    return now?.generation === generation ? now : undefined;
  }

  /** Resumes machines that no process paused on purpose. */
  async function resumeForgotten(row: SessionRow, machines: FoundMachine[]): Promise<void> {
    const now = await findUnchanged(row);
    if (!now || (await isBeingCopied(row.id))) return;
    const held = new Set(now.machines.filter(isPausedForDisk).map(({ engineId }) => engineId));
    const forgotten = machines.filter(({ machineId }) => !held.has(machineId));
    await Promise.all(forgotten.map(({ machineId }) => engine.unpause(machineId)));
  }

  async function apply(row: SessionRow, found: FoundMachine[]): Promise<SessionRow | undefined> {
    const plan = planRepair(row.machines, found);
    if (plan.kind !== 'sound' && !(await findUnchanged(row))) return undefined;
    switch (plan.kind) {
      case 'lost':
        return giveUp(row, 'MACHINE_LOST');
      case 'restart': {
        const worn = plan.machines.find(({ machineId }) => !limit.allows(machineId));
        if (worn) return giveUp(row, worn.outOfMemory ? 'MACHINE_OUT_OF_MEMORY' : 'MACHINE_LOST', worn.name);
        return bringBack(row, await restartMachines(plan.machines));
      }
      case 'wake':
        await resumeForgotten(row, plan.machines);
        return row.state === 'unreachable' ? bringBack(row, []) : row;
      case 'readdress':
        return bringBack(row, plan.machines);
      case 'sound':
        if (row.state === 'unreachable') return bringBack(row, addressed(found));
    }
    return row;
  }

  async function look(row: SessionRow): Promise<FoundMachine[]> {
    const found = await Promise.all(
      row.machines.map(async ({ name, engineId }) => {
        if (engineId === null) return [];
        const status = await engine.inspect(engineId).catch((error: unknown) => {
          if (isFault(error, 'CONTAINER_NOT_FOUND')) return undefined;
          throw error;
        });
        return status ? [{ ...status, name, machineId: engineId }] : [];
      }),
    );
    return found.flat();
  }

  return {
    /** Repairs a session that can be used, or could before the engine went, of which `found` is there. */
    repair: (row: SessionRow, found: FoundMachine[]) => alone(row.id, () => apply(row, found)),

    /** Looks at the machines of the session that has this environment, and repairs it where needed. */
    async inspect(environmentId: string): Promise<void> {
      const session = await store.findByEnvironment(environmentId);
      if (!session) return;
      await alone(session.id, async () => {
        const row = await store.findAny(session.id);
        if (row?.state === 'ready' || row?.state === 'unreachable') await apply(row, await look(row));
      });
    },

    /** Starts all machines of a ready session anew; undefined when it changed meanwhile, or is in hand. @throws MACHINE_LOST */
    restart: (row: SessionRow) =>
      alone(row.id, async () => {
        const found = await look(row);
        if (planRepair(row.machines, found).kind === 'lost') {
          await giveUp(row, 'MACHINE_LOST');
          return undefined;
        }
        const machines = await restartMachines(found);
        return changer.move(row, 'restart', { ...used(row, clock.now()), warnedAt: null }, { machines });
      }),
  };
}
