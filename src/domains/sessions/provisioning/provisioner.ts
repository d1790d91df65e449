import type { Clock } from '../../../core/clock.ts';
import { isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { Log } from '../../../core/log.ts';
import { newLease, renewAll } from '../../../infra/leases/lease.ts';
import type { Admission, Planned } from '../capacity/admission.ts';
import type { QueueNotifier } from '../capacity/queue-notifier.ts';
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

/** Shortest time between two writes that move those who wait into the queue, in milliseconds: each waits for the disk, and with a class that comes at once there is a look for each. */
const QUEUED_EVERY_MS = 1_000;

export type Provisioner = ReturnType<typeof createProvisioner>;

/** A session that is being brought up here. */
interface Work {
  generation: number;
  abort: AbortController;
  done: Promise<void>;
  /** Whether its environment is made, and not taken from those that are ready. */
  takesPlace: boolean;
}

/**
 * Takes up waiting sessions as they are let in: with an environment that is ready where there is one;
 * others are made, at most `concurrency` at a time in this process. `onSettled` is called when a session
 * is no longer worked on here, `evict` when one waits for
 * memory or networks, with how much it needs; it resolves to how much became free.
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
  logger: Log;
  onSettled: () => void;
  evict: (shortage: MissingCapacity) => Promise<number>;
}) {
  const { admission, notifier, leases, warm, changer, provision, clock, owner, concurrency, logger } =
    options;
  const { onSettled, evict } = options;
  const underWay = new Map<string, Work>();
  let giving: Promise<void> | undefined;
  let queuedAt = -Infinity;
  let stopped = false;
  const runner = createRunner({
    work: fill,
    onError: (error) => logger.error({ err: error }, 'Waiting sessions could not be taken up.'),
  });

  const lease = () => newLease(clock, owner);

  async function fill(): Promise<void> {
    const queue: Planned[] = [];
    for (const planned of await admission.plan(freePlaces())) {
      if (stopped) return;
      const { row, verdict } = planned;
      if (isFault(verdict)) await refuse(row, verdict);
      else if (verdict !== 'admit' || !(await admit(planned))) queue.push(planned);
    }
    await moveToQueue(queue.flatMap(({ row }) => (row.state === 'requested' ? [row.id] : [])));
    notifier.notify(queue);
    const short = queue.map(missingCapacity).find((each) => each !== undefined);
    if (short) makeRoom(short);
  }

  /** Those who come later within the time are moved by a later look, all with one write. */
  async function moveToQueue(ids: readonly string[]): Promise<void> {
    const now = clock.now().getTime();
    if (ids.length === 0 || now < queuedAt + QUEUED_EVERY_MS) return;
    queuedAt = now;
    await changer.queue(ids);
  }

  function freePlaces(): number {
    return concurrency - [...underWay.values()].filter(({ takesPlace }) => takesPlace).length;
  }

  /** It was let into the queue before its lab grew, or what there is shrank. */
  async function refuse(row: SessionRow, problem: Fault): Promise<void> {
    await changer.move(row, 'fail', { ...reasonOf(problem), endedAt: clock.now() });
  }

  /** One at a time: what was asked to go takes its while. */
  function makeRoom(shortage: MissingCapacity): void {
    giving ??= give(shortage)
      .catch((error: unknown) => logger.error({ err: error }, 'Prewarmed environments did not give way.'))
      .finally(() => (giving = undefined));
  }

  async function give(shortage: MissingCapacity): Promise<void> {
    if ((await evict(shortage)) > 0) runner.wake();
  }

  /** False when there is no room for it after all. */
  async function admit({ row, entry }: Planned): Promise<boolean> {
    const taken = await warm.take(row, lease(), entry);
    if (taken) {
      begin(taken.row, taken);
      return true;
    }
    if (freePlaces() <= 0) return false;
    const leased = await leases.acquire(row, newId(clock.now()), lease(), entry);
    if (leased) begin(leased);
    return leased !== undefined;
  }

  function begin(row: SessionWithEnvironment, taken?: Taken): void {
    changer.notify(row);
    const abort = new AbortController();
    const done = provision(row, abort, taken)
      .catch((error: unknown) => logger.error({ err: error, sessionId: row.id }, 'A provisioning broke off.'))
      .finally(() => {
        underWay.delete(row.id);
        runner.wake();
        onSettled();
      });
    underWay.set(row.id, { generation: row.generation, abort, done, takesPlace: !taken });
  }

  return {
    /** There may be something to take up; costs one query when there is not. */
    wake: runner.wake,
    /** How many more environments may be made at once in this process. */
    freePlaces,
    isWorkingOn: (id: string) => underWay.has(id),
    /** Renews the leases of this process, and stops provisioning sessions that another process has adopted. */
    renewLeases: (): Promise<void> => renewAll(underWay, () => leases.renew(lease()), LOST),
    /** The session has changed: what is made of it here is not wanted, if that was of an earlier generation. */
    changed(id: string, generation: number): void {
      const work = underWay.get(id);
      if (work && generation > work.generation) work.abort.abort(LOST);
    },
    /** Stops making the session; resolves when nothing of it will come any more. */
    async abandon(id: string): Promise<void> {
      const work = underWay.get(id);
      work?.abort.abort(LOST);
      await work?.done;
    },
    /** Gives all that is being made back to the queue, for the next start. */
    async stop(): Promise<void> {
      stopped = true;
      const interrupt = () => underWay.forEach(({ abort }) => abort.abort(INTERRUPTED));
      interrupt();
      await runner.stop();
      // What the last pass began meanwhile.
      interrupt();
      await Promise.all([giving, ...[...underWay.values()].map(({ done }) => done)]);
    },
  };
}
