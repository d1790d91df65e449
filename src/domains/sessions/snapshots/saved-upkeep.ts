import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { isAbandoned, newLease } from '../../../infra/leases/lease.ts';
import { reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionStore } from '../session-store.ts';
import type { FailedSave } from './failed-save.ts';
import type { SavedListStore } from './saved-list-store.ts';
import { isSavedName } from './saved-names.ts';
import type { Saver } from './saver.ts';
import type { SavedStateRow, SavedStateStore } from './saved-state-store.ts';

type Retired = Awaited<ReturnType<SavedStateStore['retired']>>[number];

export type SavedUpkeep = ReturnType<typeof createSavedUpkeep>;

/** Looks after what was saved: what dead processes were making, what is too old, what nobody needs. `onEnded` is called when a session ends by it. */
export function createSavedUpkeep(options: {
  store: Pick<SessionStore, 'findMany'>;
  states: SavedStateStore;
  lists: SavedListStore;
  changer: SessionChanger;
  saver: Pick<Saver, 'isWorkingOn'>;
  giveUp: FailedSave;
  engine: Pick<Engine, 'removeImage' | 'listImages'>;
  clock: Clock;
  owner: string;
  days: number;
  logger: Log;
  onEnded: () => void;
}) {
  const { store, states, lists, changer, saver, giveUp, engine, clock, owner, days, logger, onEnded } =
    options;

  function isLeft({ id, heldBy, heldUntil }: SavedStateRow): boolean {
    const lease = { owner: heldBy, expiresAt: heldUntil };
    return isAbandoned(lease, { owner, isRunning: saver.isWorkingOn(id), now: clock.now() });
  }

  async function recover(state: SavedStateRow): Promise<void> {
    if (!(await states.adopt(state, newLease(clock, owner)))) return;
    const saving = { id: state.currentFor ?? state.sessionId ?? '', generation: state.madeIn };
    try {
      await giveUp(saving, state.id, { error: fault('SAVE_INTERRUPTED') });
    } catch (error) {
      // One session that cannot be brought back must not keep the others' saved work from its upkeep.
      logger.error(
        { err: error, savedStateId: state.id },
        'A save could not be given up; it is tried again.',
      );
    }
  }

  /** What is too old goes, with its session; one that goes on from it keeps it. */
  async function expire(): Promise<void> {
    const ids = await lists.expired(clock.now());
    for (const row of await store.findMany(ids)) {
      if (row.state !== 'saved') continue;
      if (await changer.move(row, 'stop', reason('SAVED_STATE_EXPIRED', { days }))) onEnded();
    }
  }

  /** Images that another state begins with stay for that; so do those of machines that are there. */
  async function remove({ id, images }: Retired): Promise<void> {
    try {
      for (const image of images) {
        if (!(await states.isShared(image))) await engine.removeImage(image.image);
      }
    } catch (error) {
      if (!isFault(error, 'ENGINE_REFUSED')) throw error;
      logger.info({ err: error, savedStateId: id }, 'A saved state is still in use; it is removed later.');
      return;
    }
    await states.remove(id);
  }

  async function removeUnused(image: string): Promise<void> {
    try {
      await engine.removeImage(image);
      logger.warn({ image }, 'An image that no saved state has was removed.');
    } catch (error) {
      if (!isFault(error, 'ENGINE_REFUSED')) throw error;
      logger.info({ err: error, image }, 'An image that no saved state has is still in use.');
    }
  }

  return {
    /** One look at all of them; what is left is found by the next. */
    async sweep(): Promise<void> {
      for (const state of await states.making()) if (isLeft(state)) await recover(state);
      await expire();
      await lists.retireUnused();
      await whileThere(async () => {
        for (const state of await states.retired()) await remove(state);
      });
    },

    /**
     * Removes images that no state has, as when their rows went with a learner. The engine is asked
     * first: the row of an image is there before it.
     */
    removeForgotten: () =>
      whileThere(async () => {
        for (const { id, names } of await engine.listImages()) {
          const forgotten = names.length === 0 ? [id] : await states.unknown(names.filter(isSavedName));
          for (const image of forgotten) await removeUnused(image);
        }
      }),
  };
}

/** Nothing can be removed while the engine is away: that is done when it is back. */
async function whileThere(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFault(error, 'ENGINE_UNREACHABLE')) throw error;
  }
}
