import type { Clock } from '../../../core/clock.ts';
import type { Transaction } from '../../../infra/database/database.ts';
import type { Fault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionRow } from '../session-store.ts';
import type { AdmissionStore, Holdings } from './admission-store.ts';
import { createLedger } from './ledger.ts';
import type { Limits, Share } from './ledger.ts';
import { needOf, shareOf } from './need.ts';
import type { NeedyLab } from './need.ts';
import { planQueue } from './queue-plan.ts';
import type { Verdict } from './queue-plan.ts';
import type { Room } from './room.ts';
import { tooLarge } from './too-large.ts';

/** What a session takes with it when it is let in, and whether there is room for that still. */
export interface Entry {
  share: Share;
  /** What its row says of it from then on. */
  columns: { memoryBytes: bigint; networks: number; course: string | null; claimedAt: Date };
  /** Whether an environment may be made for it. Asked in the turn that takes the room. */
  hasRoom(tx: Transaction): Promise<boolean>;
  /** Whether it may take one that is prewarmed, and so is counted already; asked likewise. */
  mayTake(tx: Transaction): Promise<boolean>;
}

/** A session in the queue, and what is to be done about it now. */
export interface Planned {
  row: SessionRow;
  /** A fault for one that needs more than there is at all. */
  verdict: Exclude<Verdict, 'never'> | Fault;
  entry: Entry;
}

/** All that a look at the queue needs, read once. */
export interface QueueFacts extends Holdings {
  waiting: { row: SessionRow; share: Share }[];
  limits: Limits;
  most: Pick<Limits, 'memoryBytes' | 'networks'>;
}

export type Admission = ReturnType<typeof createAdmission>;

/** Decides who of those who wait is let in: as many as there is room for, and never more. */
export function createAdmission(options: {
  store: AdmissionStore;
  room: Pick<Room, 'limits' | 'most'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  clock: Pick<Clock, 'now'>;
}) {
  const { store, room, catalogue, clock } = options;

  /** All that a look at the queue needs; undefined when nobody waits. */
  async function facts(): Promise<QueueFacts | undefined> {
    const rows = await store.waiting();
    if (rows.length === 0) return undefined;
    const [limits, most, holdings] = [await room.limits(), await room.most(), await store.holdings()];
    const waiting = rows.map((row) => ({ row, share: shareOf(row, catalogue) }));
    return { ...holdings, waiting, limits, most };
  }

  function entryOf(share: Share, limits: Limits): Entry {
    const { memoryBytes, networks, course = null } = share;
    const ledgerIn = async (tx: Transaction) => createLedger({ ...(await store.holdings(tx)), limits });
    return {
      share,
      columns: { memoryBytes: BigInt(memoryBytes), networks, course, claimedAt: clock.now() },
      hasRoom: async (tx) => (await ledgerIn(tx)).obstacle({ ...share, begins: 'anew' }) === undefined,
      mayTake: async (tx) => (await ledgerIn(tx)).obstacle(share) === undefined,
    };
  }

  /** Everyone in the queue, longest waiting first; `turns` is how many may be begun here now. */
  async function plan(turns: number): Promise<Planned[]> {
    const known = await facts();
    if (!known) return [];
    const candidates = known.waiting.map(({ row, share }) => ({ ...share, since: row.queuedAt }));
    const verdicts = planQueue(candidates, {
      ledger: createLedger(known),
      most: known.most,
      turns,
      now: clock.now(),
    });
    return known.waiting.map(({ row, share }, index) => ({
      row,
      verdict: tooLarge(row.labSlug, share, known.most) ?? verdicts[index] ?? 'turn',
      entry: entryOf(share, known.limits),
    }));
  }

  return {
    facts,
    plan,

    /** Whether nobody waits but for a quota: then there may be room to spare. */
    isQuiet: async () => (await plan(0)).every(({ verdict }) => verdict === 'quota'),

    /** Tells, in the turn of admission, whether there is room for an environment that nobody waits for. */
    async roomAhead(lab: NeedyLab) {
      const [need, limits] = [needOf(lab), await room.limits()];
      return async (tx: Transaction): Promise<boolean> =>
        createLedger({ ...(await store.holdings(tx)), limits }).hasRoom(need);
    },
  };
}
