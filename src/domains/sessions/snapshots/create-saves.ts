import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import { createDiskLimits } from '../disk/disk-usage.ts';
import type { SessionLimit } from '../capacity/start-rules.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionService } from '../session.ts';
import type { SessionStore } from '../session-store.ts';
import { createAgainStore } from './again-store.ts';
import { createDeleteSaved } from './delete-saved.ts';
import { createFailedSave } from './failed-save.ts';
import { createForkStore } from './fork-store.ts';
import { createForks } from './forks.ts';
import { createQuotaStore } from '../capacity/quota-store.ts';
import { createSavedQuota } from './saved-quota.ts';
import { createPutAway } from './put-away.ts';
import { createSaveService } from './save-service.ts';
import { savedMachines } from './saved-machines.ts';
import { createSavedListStore } from './saved-list-store.ts';
import { createSavedStateStore } from './saved-state-store.ts';
import { createSavedUpkeep } from './saved-upkeep.ts';
import { createSaver } from './saver.ts';
import { createSavingAtEnd } from './saving-at-end.ts';
import { createSessionAgain } from './session-again.ts';

export interface SavesOptions {
  database: Database;
  store: SessionStore;
  changer: SessionChanger;
  engine: Engine;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'get' | 'version'>;
  owner: string;
  logger: Log;
  limitOf: SessionLimit;
  saveOnEnd: boolean;
  /** Most bytes of one saved state. */
  saveLimitBytes: number;
  /** Most bytes that the saved sessions of one learner take together. */
  saveQuotaBytes: number;
  /** Days that one is kept. */
  saveDays: number;
  hiddenFrom: SessionService['hiddenFrom'];
  /** Bytes of the engine's disk that saved states may take now; undefined where it cannot be seen. */
  saveCapacity: () => Promise<number | undefined>;
  /** There is an environment to tear down. */
  onEnded: () => void;
  /** A save or copy was given up: machines may be left as it had them. */
  onGivenUp: () => void;
  /** There is one to make. */
  onQueued: () => void;
}

export type Saves = ReturnType<typeof createSaves>;

/** Saved sessions, put together. */
export function createSaves(options: SavesOptions) {
  const { database, store, changer, engine, clock, catalogue, owner, logger, limitOf } = options;
  const { saveOnEnd, saveLimitBytes, saveDays, saveCapacity, onEnded, onGivenUp, onQueued } = options;
  const states = createSavedStateStore({ database });
  const quota = createSavedQuota({
    database,
    quotas: createQuotaStore({ database }),
    limitBytes: options.saveQuotaBytes,
  });
  const lists = createSavedListStore({ database });
  const forks = createForkStore({ database });
  const common = { store, states, changer, engine, clock, owner, logger, days: saveDays };
  const giveUp = createFailedSave({ ...common, onEnded, onGivenUp });
  const diskLimitOf = createDiskLimits(catalogue);
  const putAway = createPutAway({
    engine,
    states,
    owner,
    limitBytes: saveLimitBytes,
    diskLimitOf,
    saveCapacity,
  });
  const saver = createSaver({
    ...common,
    quota,
    forks,
    putAway,
    giveUp,
    onSaved: onEnded,
    onCopied: onQueued,
  });
  const upkeep = createSavedUpkeep({ ...common, lists, saver, giveUp, onEnded });
  const atEnd = createSavingAtEnd({ saver, catalogue, saveOnEnd });
  const { keptUntil } = saver;
  const again = createSessionAgain({
    store,
    again: createAgainStore({ database }),
    changer,
    catalogue,
    clock,
    limitOf,
    keptUntil,
    onQueued,
  });
  const fork = createForks({ forks, saver, changer, catalogue, clock, limitOf, onQueued });
  const deleteSaved = createDeleteSaved({ store, states, changer, onEnded });

  return {
    service: createSaveService({
      store,
      lists,
      quota,
      saver,
      saveCapacity,
      atEnd,
      again,
      fork,
      deleteSaved,
      hiddenFrom: options.hiddenFrom,
    }),
    /** Has a session saved that is to end by itself, where it shall be. */
    keep: atEnd.keep,
    isKept: atEnd.isKept,
    /** What a session begins with. @throws SAVED_STATE_NOT_FOUND */
    async machines(stateId: string) {
      const images = await states.images(stateId);
      if (!images) throw fault('SAVED_STATE_NOT_FOUND');
      return savedMachines(images);
    },
    isBeingCopied: states.isBeingMadeOf,
    changed: saver.changed,
    sweep: upkeep.sweep,
    removeForgotten: upkeep.removeForgotten,
    stop: saver.stop,
  };
}
