import type { Clock } from '../../../core/clock.ts';
import { isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { Log } from '../../../core/log.ts';
import type { Admission, Planned } from '../capacity/admission.ts';
import type { QueueNews } from '../capacity/queue-news.ts';
import { shortageOf } from '../capacity/shortage.ts';
import type { Shortage } from '../capacity/shortage.ts';
import type { ClaimStore, HoldingRow } from './claim-store.ts';
import { INTERRUPTED, LOST } from './provisioning.ts';
import type { Provisioning } from './provisioning.ts';
import { createRunner } from '../reconcile/runner.ts';
import { reasonOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow } from '../session-store.ts';
import type { Taken, WarmStart } from '../pool/warm-start.ts';

/** How long a claim is believed without being renewed, in milliseconds: several missed ticks. */
export const CLAIM_MS = 15_000;

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
 * is no longer worked on here, `giveRoom` when one waits for
 * memory or networks, with how much it needs; it resolves to how much became free.
 */
export function createProvisioner(options: {
  admission: Pick<Admission, 'plan'>;
  news: QueueNews;
  claims: ClaimStore;
  warm: Pick<WarmStart, 'take'>;
  changer: SessionChanger;
  provision: Provisioning;
  clock: Clock;
  owner: string;
  concurrency: number;
  logger: Log;
  onSettled: () => void;
  giveRoom: (shortage: Shortage) => Promise<number>;
}) {
  const { admission, news, claims, warm, changer, provision, clock, owner, concurrency, logger } = options;
  const { onSettled, giveRoom } = options;
  const underWay = new Map<string, Work>();
  let giving: Promise<void> | undefined;
  let queuedAt = -Infinity;
  let stopped = false;
  const runner = createRunner({
    work: fill,
    onError: (error) => logger.error({ err: error }, 'Waiting sessions could not be taken up.'),
  });

  const claim = () => ({ owner, until: new Date(clock.now().getTime() + CLAIM_MS) });

  async function fill(): Promise<void> {
    const queue: Planned[] = [];
    for (const planned of await admission.plan(freePlaces())) {
      if (stopped) return;
      const { row, verdict } = planned;
      if (isFault(verdict)) await refuse(row, verdict);
      else if (verdict !== 'admit' || !(await admit(planned))) queue.push(planned);
    }
    await moveToQueue(queue.flatMap(({ row }) => (row.state === 'requested' ? [row.id] : [])));
    news.tell(queue);
    const short = queue.map(shortageOf).find((each) => each !== undefined);
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
  function makeRoom(shortage: Shortage): void {
    giving ??= give(shortage)
      .catch((error: unknown) => logger.error({ err: error }, 'Prewarmed environments did not give way.'))
      .finally(() => (giving = undefined));
  }

  async function give(shortage: Shortage): Promise<void> {
    if ((await giveRoom(shortage)) > 0) runner.wake();
  }

  /** False when there is no room for it after all. */
  async function admit({ row, entry }: Planned): Promise<boolean> {
    const taken = await warm.take(row, claim(), entry);
    if (taken) {
      begin(taken.row, taken);
      return true;
    }
    if (freePlaces() <= 0) return false;
    const claimed = await claims.claim(row, newId(clock.now()), claim(), entry);
    if (claimed) begin(claimed);
    return claimed !== undefined;
  }

  function begin(claimed: HoldingRow, taken?: Taken): void {
    changer.tell(claimed);
    const abort = new AbortController();
    const done = provision(claimed, abort, taken)
      .catch((error: unknown) =>
        logger.error({ err: error, sessionId: claimed.id }, 'A provisioning broke off.'),
      )
      .finally(() => {
        underWay.delete(claimed.id);
        runner.wake();
        onSettled();
      });
    underWay.set(claimed.id, { generation: claimed.generation, abort, done, takesPlace: !taken });
  }

  return {
    /** There may be something to take up; costs one query when there is not. */
    wake: runner.wake,
    /** How many more environments may be made at once in this process. */
    freePlaces,
    isWorkingOn: (id: string) => underWay.has(id),
    /** Says that this process lives, and lets go of what another has taken over. */
    async renewClaims(): Promise<void> {
      if (underWay.size === 0) return;
      const before = [...underWay];
      const held = new Set(await claims.renew(claim()));
      for (const [id, { abort }] of before) if (!held.has(id)) abort.abort(LOST);
    },
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
