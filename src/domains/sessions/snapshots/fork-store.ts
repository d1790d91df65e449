import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import { moveWithin, countOnEngine, insertSession } from '../session-store.ts';
import type { NewSession, SessionRow } from '../session-store.ts';
import { copyEntered } from '../steps/entered-step-store.ts';
import { insertMaking, noLease } from './saved-state-store.ts';
import type { NewSavedState } from './saved-state-store.ts';

/** A copy of a session, and the state that it is to begin with. */
export interface NewFork {
  session: NewSession & { savedStateId: string; forkOfId: string };
  state: NewSavedState;
  /** Most sessions of who makes it. */
  limit: number;
}

export type ForkStore = ReturnType<typeof createForkStore>;

/** Copies of learners' sessions in the database. */
export function createForkStore({ database }: { database: Database }) {
  return {
    /** A copy of a saved session shares its images; `gone` when it is not saved any more. */
    ofSaved(source: SessionRow, fork: NewFork): Promise<SessionRow | 'limit' | 'gone'> {
      return database.transaction(async (tx) => {
        if (await isFull(tx, fork)) return 'limit';
        const from = await holdWhole(tx, source);
        if (!from) return 'gone';
        const { images, ...kept } = from;
        const { id } = fork.state;
        const own = { ...fork.state, currentFor: fork.session.id, sessionId: source.id };
        await tx.savedState.create({ data: { ...kept, ...own } });
        await tx.savedImage.createMany({ data: images.map((image) => ({ ...image, savedStateId: id })) });
        const row = await insertSession(tx, { ...fork.session, state: 'queued', activeKey: keyOf(fork) });
        await copyEntered(tx, { from: source.id, to: row.id });
        return row;
      });
    },

    /** A copy of a session that can be worked in waits, as `saving`, until that is put away for it. */
    ofReady(source: SessionRow, fork: NewFork, lease: Lease): Promise<SessionRow | 'limit'> {
      return database.transaction(async (tx) => {
        if (await isFull(tx, fork)) return 'limit';
        const row = await insertSession(tx, { ...fork.session, state: 'saving', activeKey: keyOf(fork) });
        const of = { currentFor: row.id, madeIn: row.generation };
        await copyEntered(tx, { from: source.id, to: row.id });
        await insertMaking(tx, source, { ...fork.state, ...of }, lease);
        return row;
      });
    },

    /** The copy's state is whole and the copy can be made; undefined when it was stopped meanwhile, or the state taken over. */
    finish(
      fork: SessionRow,
      made: { id: string; owner: string; bytes: number; at: Date },
    ): Promise<SessionRow | undefined> {
      const { id, owner, bytes, at } = made;
      return database.transaction(async (tx) => {
        const { count } = await tx.savedState.updateMany({
          where: { id, state: 'making', heldBy: owner },
          data: { state: 'whole', bytes, ...noLease },
        });
        if (count === 0) return undefined;
        const changes = { phase: null, percent: null, queuedAt: at };
        return moveWithin(tx, fork, 'copied', { changes });
      });
    },
  };
}

/** Several copies of one session may be active, and the maker's own session of the lab beside them. */
const keyOf = ({ session }: NewFork) => `fork:${session.id}`;

async function isFull(tx: Transaction, { session, limit }: NewFork): Promise<boolean> {
  return (await countOnEngine(tx, session.learnerId)) >= limit;
}

/** The whole state that the session would go on from. It is written, so that nobody can retire it meanwhile. */
async function holdWhole(tx: Transaction, { savedStateId }: SessionRow) {
  const where = { id: savedStateId ?? '', state: 'whole' } as const;
  const { count } = await tx.savedState.updateMany({ where, data: noLease });
  return count === 0 ? null : tx.savedState.findUnique({ where, include: { images: true } });
}
