import type { Clock } from '../clock.ts';
import { isFault } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ClaimStore } from './claim-store.ts';
import type { HoldingRow } from './environment-maker.ts';
import { INTERRUPTED, LOST } from './provisioning.ts';
import type { Provisioning } from './provisioning.ts';
import { createRunner } from './runner.ts';
import { reasonOf } from './session-changes.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow } from './session-store.ts';
import type { SubnetPool } from './subnet-pool.ts';

/** How long a claim is believed without being renewed, in milliseconds: several missed ticks. */
export const CLAIM_MS = 15_000;

/** Waiting sessions looked at in one pass. */
const BATCH = 64;

export type Provisioner = ReturnType<typeof createProvisioner>;

/**
 * Takes up waiting sessions, longest waiting first, at most `concurrency` at a time in this
 * process. `onSettled` is called when a session is no longer worked on here.
 */
export function createProvisioner(options: {
  claims: ClaimStore;
  changer: SessionChanger;
  provision: Provisioning;
  pool: SubnetPool;
  clock: Clock;
  owner: string;
  concurrency: number;
  logger: Log;
  onSettled: () => void;
}) {
  const { claims, changer, provision, pool, clock, owner, concurrency, logger, onSettled } = options;
  const underWay = new Map<string, { generation: number; abort: AbortController; done: Promise<void> }>();
  let stopped = false;
  const runner = createRunner({
    work: fill,
    onError: (error) => logger.error({ err: error }, 'Waiting sessions could not be taken up.'),
  });

  const claim = () => ({ owner, until: new Date(clock.now().getTime() + CLAIM_MS) });

  async function fill(): Promise<void> {
    for (const row of await claims.waiting(BATCH)) {
      if (stopped) return;
      if (underWay.size < concurrency) await begin(row);
      else if (row.state === 'requested') await changer.move(row, 'queue');
    }
  }

  async function begin(waiting: SessionRow): Promise<void> {
    const claimed = await claimOnSubnet(waiting);
    if (!claimed) return;
    changer.tell(claimed);
    const abort = new AbortController();
    const done = provision(claimed, abort)
      .catch((error: unknown) =>
        logger.error({ err: error, sessionId: claimed.id }, 'A provisioning broke off.'),
      )
      .finally(() => {
        underWay.delete(claimed.id);
        runner.wake();
        onSettled();
      });
    underWay.set(claimed.id, { generation: claimed.generation, abort, done });
  }

  async function claimOnSubnet(waiting: SessionRow): Promise<HoldingRow | undefined> {
    let claimed: SessionRow | undefined;
    try {
      const subnetIndex = await pool.allocate(async (index) => {
        const answer = await claims.claim(waiting, index, claim());
        if (answer === 'held') return false;
        claimed = answer;
        return true;
      }, claims.usedSubnets);
      return claimed && { ...claimed, subnetIndex };
    } catch (error) {
      if (!isFault(error, 'SUBNETS_EXHAUSTED')) throw error;
      await changer.move(waiting, 'fail', { ...reasonOf(error), endedAt: clock.now() });
      return undefined;
    }
  }

  return {
    /** There may be something to take up; costs one query when there is not. */
    wake: runner.wake,
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
