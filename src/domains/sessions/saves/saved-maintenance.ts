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
import { isSavedName } from './save-images.ts';
import type { Saver } from './saver.ts';
import type { SavedStateRow, SavedStateStore } from './saved-state-store.ts';

type Retired = Awaited<ReturnType<SavedStateStore['retired']>>[number];

/** Cleans up saved states: abandoned saves, expired states, and unused ones. `onEnded` is called when a session ends. */
export function createSavedMaintenance(options: {
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
  log: Log;
  onEnded: () => void;
}) {
  const { store, states, lists, changer, saver, giveUp, engine, clock, owner, days, log, onEnded } = options;

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
      // One failed recovery must not block the maintenance of other saved states.
      log.error({ err: error, savedStateId: state.id }, 'abandoned save not recovered; will retry');
    }
  }

  /** Ends saved sessions whose state has expired. A session that is resuming keeps it. */
  async function expire(): Promise<void> {
    const ids = await lists.expired(clock.now());
    for (const row of await store.findMany(ids)) {
      if (row.state !== 'saved') continue;
      if (await changer.move(row, 'stop', reason('SAVED_STATE_EXPIRED', { days }))) onEnded();
    }
  }

  /** Removes a retired state. Images that other states or existing machines use stay. */
  async function remove({ id, images }: Retired): Promise<void> {
    try {
      for (const image of images) {
        if (!(await states.isShared(image))) await engine.removeImage(image.image);
      }
    } catch (error) {
      if (!isFault(error, 'ENGINE_REFUSED')) throw error;
      log.info({ err: error, savedStateId: id }, 'saved state still in use; will be removed later');
      return;
    }
    await states.remove(id);
  }

  async function removeUnused(image: string): Promise<void> {
    try {
      await engine.removeImage(image);
      log.warn({ image }, 'unused image removed');
    } catch (error) {
      if (!isFault(error, 'ENGINE_REFUSED')) throw error;
      log.info({ err: error, image }, 'unused image still in use');
    }
  }

  return {
    /** Checks all saved states once; the next check finds what is left. */
    async sweep(): Promise<void> {
      for (const state of await states.incomplete()) if (isLeft(state)) await recover(state);
      await expire();
      await lists.retireUnused();
      await ifReachable(async () => {
        for (const state of await states.retired()) await remove(state);
      });
    },

    /**
     * Removes images that no state has, for example because their rows were deleted with a learner. It lists the images
     * first, because the row of an image is inserted before the image exists.
     */
    removeForgotten: () =>
      ifReachable(async () => {
        for (const { id, names } of await engine.listImages()) {
          const forgotten = names.length === 0 ? [id] : await states.unknown(names.filter(isSavedName));
          for (const image of forgotten) await removeUnused(image);
        }
      }),
  };
}

/** Ignores an engine that does not answer; the removal happens later. */
async function ifReachable(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFault(error, 'ENGINE_UNREACHABLE')) throw error;
  }
}
