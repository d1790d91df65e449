import type { Clock } from '../../../core/clock.ts';
import type { Engine, EnvironmentStatus, ProvisionedMachine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { FaultCode } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { used } from '../lifetime-rules.ts';
import { reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import { nextState } from '../session-states.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { formatAddresses } from '../session.ts';

/** Restarts of one machine within `WITHIN_MS` milliseconds, before its session fails: it would restart forever. */
const RESTART_LIMIT = 3;
const WITHIN_MS = 10 * 60_000;

type FoundMachine = EnvironmentStatus['machines'][number];

export type Repairs = ReturnType<typeof createRepairs>;

/** Repairs single sessions. `onLost` is called when a session failed. */
export function createRepairs(options: {
  store: SessionStore;
  changer: SessionChanger;
  engine: Pick<Engine, 'inspect' | 'restart' | 'unpause'>;
  limit: RestartLimit;
  /** Whether the session is being copied, which pauses its machines meanwhile. */
  isBeingCopied: (sessionId: string) => Promise<boolean>;
  /** Whether a process paused the machine because of its disk usage. */
  isPausedForDisk: (machine: SessionRow['machines'][number]) => boolean;
  clock: Clock;
  log: Log;
  onLost: () => void;
}) {
  const { store, changer, engine, limit, isBeingCopied, isPausedForDisk, clock, log, onLost } = options;
  /** Repairs and restarts of this process, by session: it ignores events of their machines meanwhile. */
  const underRepair = new Map<string, Promise<unknown>>();

  /** Runs `work` unless this process already repairs the session; undefined in that case. */
  async function exclusively<T>(id: string, work: () => Promise<T>): Promise<T | undefined> {
    if (underRepair.has(id)) return undefined;
    const done = work();
    underRepair.set(id, done);
    try {
      return await done;
    } finally {
      underRepair.delete(id);
    }
  }

  /** Fails a session whose machines are no longer usable. */
  async function failSession(
    row: SessionRow,
    code: FaultCode,
    machine = '',
  ): Promise<SessionRow | undefined> {
    log.warn({ sessionId: row.id, code, machine }, 'session failed; its machines are unusable');
    const failed = await changer.move(row, 'fail', { ...reason(code, { machine }), endedAt: clock.now() });
    if (failed) onLost();
    return failed;
  }

  async function makeReady(row: SessionRow, machines: ProvisionedMachine[]): Promise<SessionRow | undefined> {
    const unreachable = row.state === 'unreachable';
    // The time without the engine does not count as idle.
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

  /** Returns the current row unless the session changed: then it may be saving or stopping, and paused on purpose. */
  async function findUnchanged({ id, generation }: SessionRow): Promise<SessionRow | undefined> {
    const now = await store.findAny(id);
    return now?.generation === generation ? now : undefined;
  }

  /** Resumes machines that no process keeps paused. */
  async function resumeForgotten(row: SessionRow, machines: FoundMachine[]): Promise<void> {
    const now = await findUnchanged(row);
    if (!now || (await isBeingCopied(row.id))) return;
    const paused = new Set(now.machines.filter(isPausedForDisk).map(({ containerId }) => containerId));
    const forgotten = machines.filter(({ machineId }) => !paused.has(machineId));
    await Promise.all(forgotten.map(({ machineId }) => engine.unpause(machineId)));
  }

  async function apply(row: SessionRow, found: FoundMachine[]): Promise<SessionRow | undefined> {
    const plan = planRepair(row.machines, found);
    if (plan.kind !== 'sound' && !(await findUnchanged(row))) return undefined;
    switch (plan.kind) {
      case 'lost':
        return failSession(row, 'MACHINE_LOST');
      case 'restart': {
        const exhausted = plan.machines.find(({ machineId }) => !limit.allows(machineId));
        if (exhausted)
          return failSession(
            row,
            exhausted.outOfMemory ? 'MACHINE_OUT_OF_MEMORY' : 'MACHINE_LOST',
            exhausted.name,
          );
        return makeReady(row, await restartMachines(plan.machines));
      }
      case 'resume':
        await resumeForgotten(row, plan.machines);
        return row.state === 'unreachable' ? makeReady(row, []) : row;
      case 'readdress':
        return makeReady(row, plan.machines);
      case 'sound':
        if (row.state === 'unreachable') return makeReady(row, addressed(found));
    }
    return row;
  }

  async function inspectMachines(row: SessionRow): Promise<FoundMachine[]> {
    const found = await Promise.all(
      row.machines.map(async ({ name, containerId }) => {
        if (containerId === null) return [];
        const status = await engine.inspect(containerId).catch((error: unknown) => {
          if (isFault(error, 'CONTAINER_NOT_FOUND')) return undefined;
          throw error;
        });
        return status ? [{ ...status, name, machineId: containerId }] : [];
      }),
    );
    return found.flat();
  }

  async function restartAll(id: string): Promise<SessionRow | undefined> {
    const row = await store.findAny(id);
    if (row?.state !== 'ready') return undefined;
    const found = await inspectMachines(row);
    if (planRepair(row.machines, found).kind === 'lost') {
      await failSession(row, 'MACHINE_LOST');
      return undefined;
    }
    return storeRestart(row, await restartMachines(found));
  }

  /** Stores a restart. Meanwhile, the connection to the engine may have been lost and found again. */
  async function storeRestart(
    before: SessionRow,
    machines: ProvisionedMachine[],
  ): Promise<SessionRow | undefined> {
    for (let row: SessionRow | null = before; row; row = await store.findAny(row.id)) {
      const event = row.state === 'unreachable' ? 'find' : 'restart';
      if (nextState(row.state, event) === undefined || row.environmentId !== before.environmentId) break;
      const changes = { ...used(row, clock.now()), warnedAt: null };
      const moved = await changer.move(row, event, changes, { machines });
      if (moved) return moved;
    }
    return undefined;
  }

  return {
    /** Repairs a ready or unreachable session; `found` are its machines on the engine. */
    repair: (row: SessionRow, found: FoundMachine[]) => exclusively(row.id, () => apply(row, found)),

    /** Inspects the machines of the session with this environment, and repairs it if necessary. */
    async inspect(environmentId: string): Promise<void> {
      const session = await store.findByEnvironment(environmentId);
      if (!session) return;
      await exclusively(session.id, async () => {
        const row = await store.findAny(session.id);
        if (row?.state === 'ready' || row?.state === 'unreachable')
          await apply(row, await inspectMachines(row));
      });
    },

    /**
     * Restarts all machines of a ready session, after a repair that is under way. Returns undefined if the session is not
     * ready, failed, or is being saved or ended meanwhile.
     */
    async restart(id: string): Promise<SessionRow | undefined> {
      while (underRepair.has(id)) await underRepair.get(id)?.catch(() => undefined);
      return exclusively(id, () => restartAll(id));
    },
  };
}

type RestartLimit = ReturnType<typeof createRestartLimit>;

/** Counts how often machines were restarted. */
export function createRestartLimit({ clock }: { clock: Pick<Clock, 'now'> }) {
  const times = new Map<string, number[]>();

  return {
    /** Returns whether the machine may restart once more, and counts that. */
    allows(machineId: string): boolean {
      const now = clock.now().getTime();
      for (const [id, all] of times) if ((all.at(-1) ?? 0) <= now - WITHIN_MS) times.delete(id);
      const recent = (times.get(machineId) ?? []).filter((time) => time > now - WITHIN_MS);
      if (recent.length >= RESTART_LIMIT) return false;
      times.set(machineId, [...recent, now]);
      return true;
    },
  };
}

/** A machine's columns in the database. */
interface KnownMachine {
  name: string;
  containerId: string | null;
  /** The text of the database column. */
  addresses: string;
}

type RepairPlan =
  | { kind: 'sound' }
  /** A machine is gone, and the learner's work with it. */
  | { kind: 'lost' }
  /** These machines have stopped; their file systems exist. */
  | { kind: 'restart'; machines: FoundMachine[] }
  /** These machines are paused: by a running copy, or by one that a crash interrupted. */
  | { kind: 'resume'; machines: FoundMachine[] }
  /** All machines run, some with an address that is not stored yet. */
  | { kind: 'readdress'; machines: ProvisionedMachine[] };

/** Returns the repair that makes a session usable again; `found` are its machines on the engine. Pure. */
export function planRepair(known: KnownMachine[], found: FoundMachine[]): RepairPlan {
  const pairs = known.map((machine) => ({
    machine,
    status: found.find(({ machineId }) => machineId === machine.containerId),
  }));
  const present = pairs.flatMap(({ status }) => status ?? []);
  if (present.length < known.length) return { kind: 'lost' };
  const ended = present.filter(({ state }) => state === 'exited' || state === 'created');
  if (ended.length > 0) return { kind: 'restart', machines: ended };
  const paused = present.filter(({ state }) => state === 'paused');
  if (paused.length > 0) return { kind: 'resume', machines: paused };
  const moved = pairs.some(
    ({ machine, status }) =>
      status && status.state === 'running' && formatAddresses(status.addresses) !== machine.addresses,
  );
  return moved ? { kind: 'readdress', machines: addressed(present) } : { kind: 'sound' };
}

/** Returns the ids and addresses of the running machines. */
function addressed(machines: FoundMachine[]): ProvisionedMachine[] {
  return machines
    .filter(({ state }) => state === 'running')
    .map(({ name, machineId, addresses }) => ({ name, machineId, addresses }));
}
