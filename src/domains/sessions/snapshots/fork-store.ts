import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import { moveWithin, countOnEngine, insertSession } from '../session-store.ts';
import type { NewSession, SessionRow } from '../session-store.ts';
import { copyEntered } from '../steps/entered-step-store.ts';
import { insertIncomplete, noLease } from './saved-state-store.ts';
import type { NewSavedState } from './saved-state-store.ts';

/** A copy of a session, and the state that it starts from. */
export interface NewFork {
  session: NewSession & { savedStateId: string; forkOfId: string };
  state: NewSavedState;
  /** Limit of its owner's sessions. */
  limit: number;
}

export type ForkStore = ReturnType<typeof createForkStore>;

/** Stores copies of learners' sessions. */
export function createForkStore({ database }: { database: Database }) {
  return {
    /** Inserts a copy of a saved session, which shares its images; `gone` if the session is no longer saved. */
    ofSaved(source: SessionRow, fork: NewFork): Promise<SessionRow | 'limit' | 'gone'> {
      return database.transaction(async (tx) => {
        if (await isFull(tx, fork)) return 'limit';
        const from = await lockComplete(tx, source);
        if (!from) return 'gone';
        const { images, ...columns } = from;
        const { id } = fork.state;
        const own = { ...fork.state, currentFor: fork.session.id, sessionId: source.id };
        await tx.savedState.create({ data: { ...columns, ...own } });
        await tx.savedImage.createMany({ data: images.map((image) => ({ ...image, savedStateId: id })) });
        const row = await insertSession(tx, { ...fork.session, state: 'queued', activeKey: keyOf(fork) });
        await copyEntered(tx, { from: source.id, to: row.id });
        return row;
      });
    },

    /** Inserts a copy of a ready session. The copy is `saving` until the session's state has been saved for it. */
    ofReady(source: SessionRow, fork: NewFork, lease: Lease): Promise<SessionRow | 'limit'> {
      return database.transaction(async (tx) => {
        if (await isFull(tx, fork)) return 'limit';
        const row = await insertSession(tx, { ...fork.session, state: 'saving', activeKey: keyOf(fork) });
        const of = { currentFor: row.id, madeIn: row.generation };
        await copyEntered(tx, { from: source.id, to: row.id });
        await insertIncomplete(tx, source, { ...fork.state, ...of }, lease);
        return row;
      });
    },

    /** Completes the copy's state and queues the copy; undefined if it was stopped, or another process adopted the state. */
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

/** Several copies of one session may be active, together with the owner's own session of the lab. */
const keyOf = ({ session }: NewFork) => `fork:${session.id}`;

async function isFull(tx: Transaction, { session, limit }: NewFork): Promise<boolean> {
  return (await countOnEngine(tx, session.learnerId)) >= limit;
}

/** Returns the session's complete state. The write locks it, so that nobody can retire it meanwhile. */
async function lockComplete(tx: Transaction, { savedStateId }: SessionRow) {
  const where = { id: savedStateId ?? '', state: 'whole' } as const;
  const { count } = await tx.savedState.updateMany({ where, data: noLease });
  return count === 0 ? null : tx.savedState.findUnique({ where, include: { images: true } });
}
