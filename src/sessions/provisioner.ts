import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { ClaimStore, HoldingRow } from './claim-store.ts';
import { INTERRUPTED, LOST } from './provisioning.ts';
import type { Provisioning } from './provisioning.ts';
import { createRunner } from './runner.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow } from './session-store.ts';
import type { Taken, WarmStart } from './warm/warm-start.ts';

/** How long a claim is believed without being renewed, in milliseconds: several missed ticks. */
export const CLAIM_MS = 15_000;

/** Waiting sessions looked at in one pass. */
const BATCH = 64;

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
 * Takes up waiting sessions, longest waiting first: with an environment that is ready where there is
 * one; others are made, at most `concurrency` at a time in this process. `onSettled` is called when a
 * session is no longer worked on here.
 */
export function createProvisioner(options: {
  claims: ClaimStore;
  warm: Pick<WarmStart, 'take'>;
  changer: SessionChanger;
  provision: Provisioning;
  clock: Clock;
  owner: string;
  concurrency: number;
  logger: Log;
  onSettled: () => void;
}) {
  const { claims, warm, changer, provision, clock, owner, concurrency, logger, onSettled } = options;
  const underWay = new Map<string, Work>();
  let stopped = false;
  const runner = createRunner({
    work: fill,
    onError: (error) => logger.error({ err: error }, 'Waiting sessions could not be taken up.'),
  });

  const claim = () => ({ owner, until: new Date(clock.now().getTime() + CLAIM_MS) });

  async function fill(): Promise<void> {
    for (const row of await claims.waiting(BATCH)) {
      if (stopped) return;
      const taken = await warm.take(row, claim());
      if (taken) begin(taken.row, taken);
      else if (freePlaces() > 0) await beginCold(row);
      else if (row.state === 'requested') await changer.move(row, 'queue');
    }
  }

  function freePlaces(): number {
    return concurrency - [...underWay.values()].filter(({ takesPlace }) => takesPlace).length;
  }

  async function beginCold(waiting: SessionRow): Promise<void> {
    const claimed = await claims.claim(waiting, newId(clock.now()), claim());
    if (claimed) begin(claimed);
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
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}
