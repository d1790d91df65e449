import type { Database, Transaction } from '../../../infra/database/database.ts';
import type {
  SavedImage,
  SavedState as SavedStateRow,
} from '../../../infra/database/generated/sqlite/client.ts';
import { fault } from '../../../core/errors.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import { moveWithin } from '../session-store.ts';
import type { SessionChanges, SessionRow } from '../session-store.ts';

export type { SavedImage, SavedStateRow };

/** The columns of a new saved state that do not come from its session. */
export interface NewSavedState {
  id: string;
  madeById: string;
  createdAt: Date;
  expiresAt: Date;
}

/** Rows in one check; the next one finds the rest. */
const BATCH = 200;

export const noLease = { heldBy: null, heldUntil: null };

function leaseColumns({ owner, expiresAt }: Lease) {
  return { heldBy: owner, heldUntil: expiresAt };
}

export type SavedStateStore = ReturnType<typeof createSavedStateStore>;

/** Stores saved states. The row of an image is inserted before the image exists, and deleted after it. */
export function createSavedStateStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Starts to save the ready session; undefined if it has changed, or, with `sameEnd`, if its end has moved. */
    begin(
      row: SessionRow,
      state: NewSavedState,
      lease: Lease,
      options: { changes: SessionChanges; sameEnd: boolean },
    ): Promise<SessionRow | undefined> {
      return database.transaction(async (tx) => {
        const saving = await moveWithin(tx, row, 'save', options);
        if (!saving) return undefined;
        const of = { currentFor: null, madeIn: saving.generation };
        await insertIncomplete(tx, row, { ...state, ...of }, lease);
        return saving;
      });
    },

    /** Stores an image before it is created. @throws SAVED_STATE_NOT_FOUND if `owner` no longer has the lease */
    async addImage(owner: string, image: Omit<SavedImage, 'bytes'>): Promise<void> {
      await database.transaction(async (tx) => {
        const { count } = await tx.savedState.updateMany({
          where: { id: image.savedStateId, state: 'creating', heldBy: owner },
          data: { heldBy: owner },
        });
        if (count === 0) throw fault('SAVED_STATE_NOT_FOUND');
        await tx.savedImage.create({ data: image });
      });
    },

    /** Stores the size of an image. */
    async setImageBytes({ savedStateId, image }: Pick<SavedImage, 'savedStateId' | 'image'>, bytes: number) {
      await client.savedImage.updateMany({ where: { savedStateId, image }, data: { bytes } });
    },

    /**
     * Completes the state, moves the session to `saved`, and retires the session's earlier state, in one transaction.
     * Undefined if the session was stopped, or another process adopted the lease.
     */
    finish(
      row: SessionRow,
      made: { id: string; owner: string; bytes: number; expiresAt: Date },
      changes: SessionChanges,
    ): Promise<SessionRow | undefined> {
      const { id, owner, bytes, expiresAt } = made;
      return database.transaction(async (tx) => {
        const isMine = { id, state: 'creating', heldBy: owner } as const;
        if ((await tx.savedState.count({ where: isMine })) === 0) return undefined;
        const all = { ...changes, savedStateId: id, phase: null, percent: null };
        const saved = await moveWithin(tx, row, 'saved', { changes: all });
        if (!saved) return undefined;
        await retireCurrent(tx, row.id);
        await tx.savedState.updateMany({
          where: isMine,
          data: { state: 'complete', currentFor: row.id, bytes, expiresAt, ...noLease },
        });
        return saved;
      });
    },

    /** Renews the lease on a state; false if `owner` no longer has it. */
    async renew(id: string, { owner, expiresAt }: Lease): Promise<boolean> {
      const { count } = await client.savedState.updateMany({
        where: { id, state: 'creating', heldBy: owner },
        data: { heldUntil: expiresAt },
      });
      return count === 1;
    },

    /** Adopts the lease on a state whose owner is gone; false if another process was first. */
    async adopt(state: SavedStateRow, lease: Lease): Promise<boolean> {
      const { count } = await client.savedState.updateMany({
        where: { id: state.id, state: 'creating', heldBy: state.heldBy, heldUntil: state.heldUntil },
        data: leaseColumns(lease),
      });
      return count === 1;
    },

    /** Marks the state, with its images, for removal. */
    async retire(id: string): Promise<void> {
      await client.savedState.updateMany({
        where: { id },
        data: { state: 'removing', currentFor: null, ...noLease },
      });
    },

    /** Returns the states that any process is saving. */
    incomplete: (): Promise<SavedStateRow[]> => client.savedState.findMany({ where: { state: 'creating' } }),

    /** Returns whether a state of the session is being saved. */
    async isBeingCopied(sessionId: string): Promise<boolean> {
      return (await client.savedState.count({ where: { sessionId, state: 'creating' } })) > 0;
    },

    /** Returns states that are marked for removal. */
    retired: (): Promise<(SavedStateRow & { images: SavedImage[] })[]> =>
      client.savedState.findMany({
        where: { state: 'removing' },
        orderBy: { id: 'asc' },
        take: BATCH,
        include: { images: true },
      }),

    /** Returns whether another state uses the image too. */
    async isShared({ savedStateId, image }: SavedImage): Promise<boolean> {
      const others = { image, savedStateId: { not: savedStateId } };
      return (await client.savedImage.count({ where: others })) > 0;
    },

    /** Removes the row of a retired state, once its images are gone. */
    async remove(id: string): Promise<void> {
      await client.savedState.deleteMany({ where: { id, state: 'removing' } });
    },

    /** Returns the image names that no state has. */
    async unknown(names: readonly string[]): Promise<string[]> {
      const known = await client.savedImage.findMany({
        where: { image: { in: [...names] } },
        select: { image: true },
      });
      const images = new Set(known.map(({ image }) => image));
      return names.filter((name) => !images.has(name));
    },

    /** Returns the images of the state; undefined if it is not complete. */
    async images(id: string): Promise<SavedImage[] | undefined> {
      const state = await client.savedState.findFirst({
        where: { id, state: 'complete' },
        include: { images: true },
      });
      return state?.images;
    },
  };
}

/** Inserts a state of the session `source`, which `lease.owner` saves. */
export async function insertIncomplete(
  tx: Transaction,
  source: SessionRow,
  state: NewSavedState & Pick<SavedStateRow, 'currentFor' | 'madeIn'>,
  lease: Lease,
): Promise<void> {
  const { learnerId, courseId, labSlug, labVersion } = source;
  const of = { learnerId, courseId, labSlug, labVersion, sessionId: source.id };
  await tx.savedState.create({ data: { ...state, ...of, ...leaseColumns(lease), state: 'creating' } });
}

/** Retires the state from which the session would resume. */
export async function retireCurrent(tx: Transaction, sessionId: string): Promise<void> {
  await tx.savedState.updateMany({
    where: { currentFor: sessionId },
    data: { state: 'removing', currentFor: null },
  });
}
