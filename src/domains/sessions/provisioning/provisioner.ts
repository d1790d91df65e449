import type { Clock } from '../../../core/clock.ts';
import { isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { Log } from '../../../core/log.ts';
import { createRenewal, newLease } from '../../../infra/leases/lease.ts';
import type { Admission, Planned } from '../capacity/admission.ts';
import type { QueueNotifier } from '../capacity/queue-view.ts';
import { missingCapacity } from '../capacity/admission.ts';
import type { MissingCapacity } from '../capacity/admission.ts';
import type { SessionLeaseStore, SessionWithEnvironment } from './session-lease-store.ts';
import { INTERRUPTED, LOST } from './provisioning.ts';
import type { Provisioning } from './provisioning.ts';
import { createRunner } from '../reconcile/runner.ts';
import { reasonOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow } from '../session-store.ts';
import type { Taken, WarmStart } from '../pool/warm-start.ts';

/**
 * Shortest time between two writes that queue sessions, in milliseconds: each syncs to disk, and a class arrives at
 * once.
 */
const QUEUED_EVERY_MS = 1_000;

export type Provisioner = ReturnType<typeof createProvisioner>;

/** A session that this process provisions. */
interface Work {
  generation: number;
  abort: AbortController;
  done: Promise<void>;
  /** Whether its environment is new rather than prewarmed. */
  takesSlot: boolean;
}

/**
 * Starts waiting sessions when they are admitted: with a prewarmed environment if there is one, else with a new one. This
 * process creates at most `concurrency` of those at a time. `onSettled` is called when it no longer works on a session.
 * `evict` is called when a session waits for memory or networks, and resolves to how much became free.
 */
export function createProvisioner(options: {
  admission: Pick<Admission, 'plan'>;
  notifier: QueueNotifier;
  leases: SessionLeaseStore;
  warm: Pick<WarmStart, 'take'>;
  changer: SessionChanger;
  provision: Provisioning;
  clock: Clock;
  owner: string;
  concurrency: number;
  log: Log;
  onSettled: () => void;
  evict: (missing: MissingCapacity) => Promise<number>;
}) {
  const { admission, notifier, leases, warm, changer, provision, clock, owner, concurrency, log } = options;
  const { onSettled, evict } = options;
  const underWay = new Map<string, Work>();
  let evicting: Promise<void> | undefined;
  let queuedAt = -Infinity;
  let stopped = false;
  const runner = createRunner({
    work: fill,
    onError: (error) => log.error({ err: error }, 'queue not processed'),
  });

  const lease = () => newLease(clock, owner);
  const renewLeases = createRenewal({ owner, renew: leases.renew, clock, reason: LOST });

  async function fill(): Promise<void> {
    const queue: Planned[] = [];
    for (const planned of await admission.plan(freeSlots())) {
      if (stopped) return;
      const { row, verdict } = planned;
      if (isFault(verdict)) await refuse(row, verdict);
      else if (verdict !== 'admit' || !(await admit(planned))) queue.push(planned);
    }
    await moveToQueue(queue.flatMap(({ row }) => (row.state === 'requested' ? [row.id] : [])));
    notifier.notify(queue);
    const missing = queue.map(missingCapacity).find((each) => each !== undefined);
    if (missing) startEviction(missing);
  }

  /** Queues sessions with one write; a later pass queues those that arrive within the interval. */
  async function moveToQueue(ids: readonly string[]): Promise<void> {
    const now = clock.now().getTime();
    if (ids.length === 0 || now < queuedAt + QUEUED_EVERY_MS) return;
    queuedAt = now;
    await changer.queue(ids);
  }

  function freeSlots(): number {
    return concurrency - [...underWay.values()].filter(({ takesSlot }) => takesSlot).length;
  }

  /** Fails a session that can never start: its lab has grown, or the capacity has shrunk, since it was queued. */
  async function refuse(row: SessionRow, problem: Fault): Promise<void> {
    await changer.move(row, 'fail', { ...reasonOf(problem), endedAt: clock.now() });
  }

  /** Evicts prewarmed environments, one request at a time: their removal takes a while. */
  function startEviction(missing: MissingCapacity): void {
    evicting ??= evict(missing)
      .then((freed) => (freed > 0 ? runner.wake() : undefined))
      .catch((error: unknown) => log.error({ err: error }, 'prewarmed environments not evicted'))
      .finally(() => (evicting = undefined));
  }

  /** Starts the session; resolves to false if the capacity is no longer free. */
  async function admit({ row, entry }: Planned): Promise<boolean> {
    const taken = await warm.take(row, lease(), entry);
    if (taken) {
      begin(taken.row, taken);
      return true;
    }
    if (freeSlots() <= 0) return false;
    const leased = await leases.acquire(row, newId(clock.now()), lease(), entry);
    if (leased) begin(leased);
    return leased !== undefined;
  }

  function begin(row: SessionWithEnvironment, taken?: Taken): void {
    changer.notify(row);
    const abort = new AbortController();
    const done = provision(row, abort, taken)
      .catch((error: unknown) => log.error({ err: error, sessionId: row.id }, 'provisioning aborted'))
      .finally(() => {
        underWay.delete(row.id);
        runner.wake();
        onSettled();
      });
    underWay.set(row.id, { generation: row.generation, abort, done, takesSlot: !taken });
  }

  return {
    /** Processes the queue; costs one query if it is empty. */
    wake: runner.wake,
    /** Returns how many more environments this process may create now. */
    freeSlots,
    isWorkingOn: (id: string) => underWay.has(id),
    /** Renews the leases of this process, and stops provisioning sessions that another process has adopted. */
    renewLeases: (): Promise<void> => renewLeases(underWay),
    /** Stops provisioning the session if it has a newer generation. */
    changed(id: string, generation: number): void {
      const work = underWay.get(id);
      if (work && generation > work.generation) work.abort.abort(LOST);
    },
    /** Stops provisioning the session; resolves once nothing more of it is created. */
    async abandon(id: string): Promise<void> {
      const work = underWay.get(id);
      work?.abort.abort(LOST);
      await work?.done;
    },
    /** Stops all provisioning and queues the sessions again, for the next start of the service. */
    async stop(): Promise<void> {
      stopped = true;
      const interrupt = () => underWay.forEach(({ abort }) => abort.abort(INTERRUPTED));
      interrupt();
      await runner.stop();
      // Sessions that the last pass has started meanwhile.
      interrupt();
      await Promise.all([evicting, ...[...underWay.values()].map(({ done }) => done)]);
    },
  };
}
