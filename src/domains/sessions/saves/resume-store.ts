import type { Database, Transaction } from '../../../infra/database/database.ts';
import { noReason } from '../../../infra/database/reason-columns.ts';
import { isUniqueViolation, whenGone } from '../../../infra/database/database-errors.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { Lab } from '../../labs/lab.ts';
import { nextRun } from '../assignment-work-store.ts';
import type { NewRun } from '../assignment-work-store.ts';
import type { Lifetime } from '../lifetime-rules.ts';
import { noSaveProblem } from '../session-changes.ts';
import { machineRows } from '../machine-store.ts';
import { countOnEngine, keyOf, moveWithin, insertSession } from '../session-store.ts';
import type { SessionRow, NewSession } from '../session-store.ts';
import { forgetEntered, copyEntered } from '../steps/entered-step-store.ts';
import { retireCurrent, insertIncomplete, noLease } from './saved-state-store.ts';
import type { NewSavedState } from './saved-state-store.ts';

/** Columns to clear when a session is resumed or reset. */
const cleared = {
  phase: null,
  percent: null,
  ...noReason,
  ...noSaveProblem,
  warnedAt: null,
  endedAt: null,
} as const;

type Refusal = 'changed' | 'limit';

export type ResumeStore = ReturnType<typeof createResumeStore>;

/** Stores that sessions are resumed or reset. */
export function createResumeStore({ database }: { database: Database }) {
  return {
    /**
     * Queues a saved session to resume from its state, whose expiry moves to `expiresAt`; `gone` if the state is
     * missing.
     */
    resume(
      row: SessionRow,
      life: Lifetime,
      options: { limit: number; expiresAt: Date },
    ): Promise<SessionRow | Refusal | 'gone'> {
      return database
        .transaction(async (tx) => {
          if ((await countOnEngine(tx, row.learnerId)) >= options.limit) return 'limit';
          const { count } = await tx.savedState.updateMany({
            where: { id: row.savedStateId ?? '', currentFor: row.id, state: 'complete' },
            data: { expiresAt: options.expiresAt },
          });
          if (count === 0) return 'gone';
          const changes = { ...life, ...cleared, queuedAt: life.lastActivityAt };
          const queued = await moveWithin(tx, row, 'resume', { changes });
          if (!queued) throw new Changed();
          return queued;
        })
        .catch(changed);
    },

    /**
     * Queues a session to start from the lab again, and retires its saved state. Its environment is removed first.
     * Of an assignment, this starts another attempt. Resolves to `exists` if a failed session has a successor.
     * @throws ATTEMPTS_USED
     */
    async reset(
      row: SessionRow,
      lab: Pick<Lab, 'version' | 'machines'>,
      life: Lifetime,
      { limit, newRun }: { limit: number; newRun: NewRun | undefined },
    ): Promise<SessionRow | Refusal | 'exists'> {
      const machines = machineRows(row.id, lab.machines);
      const queue = database.transaction(async (tx) => {
        const counts = row.environmentId !== null || (row.activeKey !== null && row.state !== 'saved');
        if (!counts && (await countOnEngine(tx, row.learnerId)) >= limit) return 'limit' as const;
        const restarted = { labVersion: lab.version, savedStateId: null, readyAt: null };
        const from = { learnerId: row.learnerId, createdAt: life.lastActivityAt };
        const run = newRun ? await nextRun(tx, newRun, from) : row.run;
        const changes = { ...life, ...cleared, ...restarted, run, queuedAt: life.lastActivityAt };
        const queued = await moveWithin(tx, row, 'reset', { changes });
        if (!queued) return 'changed' as const;
        await retireCurrent(tx, row.id);
        await forgetEntered(tx, row.id);
        await tx.machine.deleteMany({ where: { sessionId: row.id } });
        await tx.machine.createMany({ data: machines });
        const activeKey = keyOf({ ...row, isTrial: run === 0 });
        await tx.session.update({ where: { id: row.id }, data: { activeKey } });
        return { ...queued, activeKey, machines };
      });
      return queue.catch((error: unknown) => {
        if (isUniqueViolation(error, 'activeKey')) return 'exists';
        return whenGone('ASSIGNMENT_NOT_FOUND')(error);
      });
    },
  };
}

/** Rolls back a transaction whose session has changed since it was read. */
class Changed extends Error {}

function changed(error: unknown): 'changed' {
  if (error instanceof Changed) return 'changed';
  throw error;
}

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
        const row = await insertSession(tx, { ...fork.session, state: 'queued', activeKey: forkKeyOf(fork) });
        await copyEntered(tx, { from: source.id, to: row.id });
        return row;
      });
    },

    /** Inserts a copy of a ready session. The copy is `saving` until the session's state has been saved for it. */
    ofReady(source: SessionRow, fork: NewFork, lease: Lease): Promise<SessionRow | 'limit'> {
      return database.transaction(async (tx) => {
        if (await isFull(tx, fork)) return 'limit';
        const row = await insertSession(tx, { ...fork.session, state: 'saving', activeKey: forkKeyOf(fork) });
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
          where: { id, state: 'creating', heldBy: owner },
          data: { state: 'complete', bytes, ...noLease },
        });
        if (count === 0) return undefined;
        const changes = { phase: null, percent: null, queuedAt: at };
        return moveWithin(tx, fork, 'copied', { changes });
      });
    },
  };
}

/** Several copies of one session may be active, together with the owner's own session of the lab. */
const forkKeyOf = ({ session }: NewFork) => `fork:${session.id}`;

async function isFull(tx: Transaction, { session, limit }: NewFork): Promise<boolean> {
  return (await countOnEngine(tx, session.learnerId)) >= limit;
}

/** Returns the session's complete state. The write locks it, so that nobody can retire it meanwhile. */
async function lockComplete(tx: Transaction, { savedStateId }: SessionRow) {
  const where = { id: savedStateId ?? '', state: 'complete' } as const;
  const { count } = await tx.savedState.updateMany({ where, data: noLease });
  return count === 0 ? null : tx.savedState.findUnique({ where, include: { images: true } });
}
