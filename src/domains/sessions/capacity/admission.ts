import type { Clock } from '../../../core/clock.ts';
import type { Transaction } from '../../../infra/database/database.ts';
import type { Fault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionRow } from '../session-store.ts';
import type { AdmissionStore, Holdings } from './admission-store.ts';
import { createLedger } from './ledger.ts';
import { needOf, shareOf } from './need.ts';
import type { NeedyLab } from './need.ts';
import type { Limits, Share } from './ledger.ts';
import { planQueue } from './queue-plan.ts';
import type { Verdict } from './queue-plan.ts';
import type { EngineCapacity } from './engine-capacity.ts';
import { tooLarge } from './start-rules.ts';

/** What a session uses once it is admitted, with checks whether the capacity for it is still free. */
export interface Entry {
  share: Share;
  /** The columns that its row has from then on. */
  columns: { memoryBytes: bigint; networks: number; collection: string | null; claimedAt: Date };
  /** Whether an environment may be created for it. Called inside the transaction that takes the capacity. */
  hasCapacity(tx: Transaction): Promise<boolean>;
  /** Whether it may take a prewarmed environment, which is already counted. Called in the same way. */
  mayTake(tx: Transaction): Promise<boolean>;
}

/** A session in the queue, with the decision about it. */
export interface Planned {
  row: SessionRow;
  /** A fault if the session can never have enough capacity. */
  verdict: Exclude<Verdict, 'never'> | Fault;
  entry: Entry;
}

/** Everything that one pass over the queue needs, read once. */
interface QueueFacts extends Holdings {
  waiting: { row: SessionRow; share: Share }[];
  limits: Limits;
  maximum: Pick<Limits, 'memoryBytes' | 'networks'>;
}

/** Capacity that a waiting session is missing. */
export interface MissingCapacity {
  of: 'memoryBytes' | 'networks';
  amount: number;
}

export type Admission = ReturnType<typeof createAdmission>;

/** Decides which waiting sessions are admitted: as many as there is capacity for. */
export function createAdmission(options: {
  store: AdmissionStore;
  capacity: Pick<EngineCapacity, 'limits' | 'maximum'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  clock: Pick<Clock, 'now'>;
}) {
  const { store, capacity, catalogue, clock } = options;

  /** Reads the queue and the usage; undefined if the queue is empty. */
  async function facts(): Promise<QueueFacts | undefined> {
    const rows = await store.waiting();
    if (rows.length === 0) return undefined;
    const [limits, maximum, holdings] = [
      await capacity.limits(),
      await capacity.maximum(),
      await store.holdings(),
    ];
    const waiting = rows.map((row) => ({ row, share: shareOf(row, catalogue) }));
    return { ...holdings, waiting, limits, maximum };
  }

  function entryOf(share: Share, limits: Limits): Entry {
    const { memoryBytes, networks, collection = null } = share;
    const ledgerIn = async (tx: Transaction) => createLedger({ ...(await store.holdings(tx)), limits });
    return {
      share,
      columns: { memoryBytes: BigInt(memoryBytes), networks, collection, claimedAt: clock.now() },
      hasCapacity: async (tx) =>
        (await ledgerIn(tx)).obstacle({ ...share, isPrewarmable: false }) === undefined,
      mayTake: async (tx) => (await ledgerIn(tx)).obstacle(share) === undefined,
    };
  }

  /** Decides about all sessions in the queue, longest waiting first. This process can start `slots` of them now. */
  async function plan(slots: number): Promise<Planned[]> {
    const known = await facts();
    if (!known) return [];
    const candidates = known.waiting.map(({ row, share }) => ({ ...share, since: row.queuedAt }));
    const verdicts = planQueue(candidates, {
      ledger: createLedger(known),
      maximum: known.maximum,
      slots,
      now: clock.now(),
    });
    return known.waiting.map(({ row, share }, index) => ({
      row,
      verdict: tooLarge(row.labSlug, share, known.maximum) ?? verdicts[index] ?? 'earlier_starts',
      entry: entryOf(share, known.limits),
    }));
  }

  return {
    facts,
    plan,

    /** Returns whether sessions wait only for quotas, so there may be spare capacity. */
    isQuiet: async () => (await plan(0)).every(({ verdict }) => verdict === 'quota'),

    /** Returns a check, for the admission transaction, whether there is capacity to prewarm an environment of the lab. */
    async prewarmCheck(lab: NeedyLab) {
      const [need, limits] = [needOf(lab), await capacity.limits()];
      return async (tx: Transaction): Promise<boolean> =>
        createLedger({ ...(await store.holdings(tx)), limits }).hasCapacity(need);
    },
  };
}

/**
 * Returns the capacity that evicting prewarmed environments can provide; undefined if the session waits for something
 * else.
 */
export function missingCapacity({ verdict, entry: { share } }: Planned): MissingCapacity | undefined {
  if (verdict === 'memory') return { of: 'memoryBytes', amount: share.memoryBytes };
  return verdict === 'networks' ? { of: 'networks', amount: share.networks } : undefined;
}
