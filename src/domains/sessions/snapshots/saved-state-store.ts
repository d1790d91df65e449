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

/** What a new saved state is of, beside its session. */
export interface NewSavedState {
  id: string;
  madeById: string;
  createdAt: Date;
  expiresAt: Date;
}

/** Rows looked at in one sweep: the rest waits for the next. */
const BATCH = 200;

export const noLease = { heldBy: null, heldUntil: null };

function leaseColumns({ owner, expiresAt }: Lease) {
  return { heldBy: owner, heldUntil: expiresAt };
}

export type SavedStateStore = ReturnType<typeof createSavedStateStore>;

/** Saved states in the database. A row of an image is there before its image is, and goes after it. */
export function createSavedStateStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Begins to save the ready session, with `sameEnd` if its end is unmoved; undefined when it has changed since. */
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
        await insertMaking(tx, row, { ...state, ...of }, lease);
        return saving;
      });
    },

    /** Notes an image that is about to be made. @throws SAVED_STATE_NOT_FOUND when the state is not being made by `owner` any more */
    async addImage(owner: string, image: Omit<SavedImage, 'bytes'>): Promise<void> {
      await database.transaction(async (tx) => {
        const { count } = await tx.savedState.updateMany({
          where: { id: image.savedStateId, state: 'making', heldBy: owner },
          data: { heldBy: owner },
        });
        if (count === 0) throw fault('SAVED_STATE_NOT_FOUND');
        await tx.savedImage.create({ data: image });
      });
    },

    /** Notes how large an image has become. */
    async measured({ savedStateId, image }: Pick<SavedImage, 'savedStateId' | 'image'>, bytes: number) {
      await client.savedImage.updateMany({ where: { savedStateId, image }, data: { bytes } });
    },

    /**
     * The state is whole and the session goes on from it, in place of what was saved before, which is
     * out of use: all or nothing. Undefined when the session was stopped meanwhile, or the state taken over.
     */
    finish(
      row: SessionRow,
      made: { id: string; owner: string; bytes: number; expiresAt: Date },
      changes: SessionChanges,
    ): Promise<SessionRow | undefined> {
      const { id, owner, bytes, expiresAt } = made;
      return database.transaction(async (tx) => {
        const isMine = { id, state: 'making', heldBy: owner } as const;
        if ((await tx.savedState.count({ where: isMine })) === 0) return undefined;
        const all = { ...changes, savedStateId: id, phase: null, percent: null };
        const saved = await moveWithin(tx, row, 'saved', { changes: all });
        if (!saved) return undefined;
        await retireOf(tx, row.id);
        await tx.savedState.updateMany({
          where: isMine,
          data: { state: 'whole', currentFor: row.id, bytes, expiresAt, ...noLease },
        });
        return saved;
      });
    },

    /** Renews the lease on a state; false if `owner` no longer has it. */
    async renew(id: string, { owner, expiresAt }: Lease): Promise<boolean> {
      const { count } = await client.savedState.updateMany({
        where: { id, state: 'making', heldBy: owner },
        data: { heldUntil: expiresAt },
      });
      return count === 1;
    },

    /** Adopts the lease on a state whose owner is gone; false if another process was first. */
    async adopt(state: SavedStateRow, lease: Lease): Promise<boolean> {
      const { count } = await client.savedState.updateMany({
        where: { id: state.id, state: 'making', heldBy: state.heldBy, heldUntil: state.heldUntil },
        data: leaseColumns(lease),
      });
      return count === 1;
    },

    /** The state is out of use: its images and its row are to go. */
    async retire(id: string): Promise<void> {
      await client.savedState.updateMany({
        where: { id },
        data: { state: 'removing', currentFor: null, ...noLease },
      });
    },

    /** Those being made by whomever. */
    making: (): Promise<SavedStateRow[]> => client.savedState.findMany({ where: { state: 'making' } }),

    /** Whether a state is being made of what the session is now. */
    async isBeingMadeOf(sessionId: string): Promise<boolean> {
      return (await client.savedState.count({ where: { sessionId, state: 'making' } })) > 0;
    },

    /** Those out of use. */
    retired: (): Promise<(SavedStateRow & { images: SavedImage[] })[]> =>
      client.savedState.findMany({
        where: { state: 'removing' },
        orderBy: { id: 'asc' },
        take: BATCH,
        include: { images: true },
      }),

    /** Whether another state begins with the image too. */
    async isShared({ savedStateId, image }: SavedImage): Promise<boolean> {
      const others = { image, savedStateId: { not: savedStateId } };
      return (await client.savedImage.count({ where: others })) > 0;
    },

    /** Removes the row of one out of use, once its images are gone. */
    async remove(id: string): Promise<void> {
      await client.savedState.deleteMany({ where: { id, state: 'removing' } });
    },

    /** Which of the names of images no state has. */
    async unknown(names: readonly string[]): Promise<string[]> {
      const known = await client.savedImage.findMany({
        where: { image: { in: [...names] } },
        select: { image: true },
      });
      const images = new Set(known.map(({ image }) => image));
      return names.filter((name) => !images.has(name));
    },

    /** What the state holds; undefined when it is not whole. */
    async images(id: string): Promise<SavedImage[] | undefined> {
      const state = await client.savedState.findFirst({
        where: { id, state: 'whole' },
        include: { images: true },
      });
      return state?.images;
    },
  };
}

/** Inserts a state that `lease.owner` makes of the session `source`. */
export async function insertMaking(
  tx: Transaction,
  source: SessionRow,
  state: NewSavedState & Pick<SavedStateRow, 'currentFor' | 'madeIn'>,
  lease: Lease,
): Promise<void> {
  const { learnerId, labSlug, labVersion } = source;
  const of = { learnerId, labSlug, labVersion, sessionId: source.id };
  await tx.savedState.create({ data: { ...state, ...of, ...leaseColumns(lease), state: 'making' } });
}

/** What the session would have gone on from is out of use. */
export async function retireOf(tx: Transaction, sessionId: string): Promise<void> {
  await tx.savedState.updateMany({
    where: { currentFor: sessionId },
    data: { state: 'removing', currentFor: null },
  });
}
