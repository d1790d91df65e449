import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import { createDiskLimits } from '../disk/disk-usage.ts';
import type { SessionLimit } from '../capacity/start-rules.ts';
import type { AssignedWork } from '../assigned-work.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { WorkAccess } from '../../identity/work-access.ts';
import type { StartLookup } from '../session-start.ts';
import type { SessionStore } from '../session-store.ts';
import { createResumeStore, createForkStore } from './resume-store.ts';
import { createDeleteSaved, createSaveService } from './save-service.ts';
import { createFailedSave } from './failed-save.ts';
import { createForks, createSessionResume } from './session-resume.ts';
import { createQuotaStore } from '../capacity/quota-store.ts';
import { createSavedQuota } from './saved-quota.ts';
import { createSaveImages } from './save-images.ts';
import { savedMachines } from '../provisioning/environment-builder.ts';
import { createSavedListStore } from './saved-list-store.ts';
import { createSavedStateStore } from './saved-state-store.ts';
import { createSavedMaintenance } from './saved-maintenance.ts';
import { createSaver, createSavingAtEnd } from './saver.ts';

export interface SavesOptions {
  database: Database;
  store: SessionStore;
  changer: SessionChanger;
  engine: Engine;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'get' | 'version'>;
  assignedWork: Pick<AssignedWork, 'requireCounting'>;
  labFor: StartLookup;
  owner: string;
  log: Log;
  limitOf: SessionLimit;
  saveOnEnd: boolean;
  /** Limit of one saved state, in bytes. */
  saveLimitBytes: number;
  /** Limit of one learner's saved sessions together, in bytes. */
  saveQuotaBytes: number;
  /** Days until a saved state expires. */
  saveDays: number;
  workAccess: WorkAccess;
  /** Returns the bytes of the engine's disk that saved states may use; undefined if the disk is not readable. */
  saveCapacity: () => Promise<number | undefined>;
  /** Called when there is an environment to tear down. */
  onEnded: () => void;
  /** Called when a save or copy failed: its machines may still be paused. */
  onGivenUp: () => void;
  /** Called when a session was queued. */
  onQueued: () => void;
}

export type Saves = ReturnType<typeof createSaves>;

/** Creates the components of saved sessions. */
export function createSaves(options: SavesOptions) {
  const { database, store, changer, engine, clock, catalogue, owner, log, limitOf } = options;
  const { saveOnEnd, saveLimitBytes, saveDays, saveCapacity, onEnded, onGivenUp, onQueued } = options;
  const states = createSavedStateStore({ database });
  const quota = createSavedQuota({
    database,
    quotas: createQuotaStore({ database }),
    limitBytes: options.saveQuotaBytes,
  });
  const lists = createSavedListStore({ database });
  const forks = createForkStore({ database });
  const common = { store, states, changer, engine, clock, owner, log, days: saveDays };
  const giveUp = createFailedSave({ ...common, onEnded, onGivenUp });
  const diskLimitOf = createDiskLimits(catalogue);
  const saveImages = createSaveImages({
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
    saveImages,
    giveUp,
    onSaved: onEnded,
    onCopied: onQueued,
  });
  const maintenance = createSavedMaintenance({ ...common, lists, saver, giveUp, onEnded });
  const atEnd = createSavingAtEnd({ saver, catalogue, saveOnEnd });
  const { newExpiry } = saver;
  const resumption = createSessionResume({
    store,
    resumes: createResumeStore({ database }),
    changer,
    catalogue,
    assignedWork: options.assignedWork,
    labFor: options.labFor,
    clock,
    limitOf,
    newExpiry,
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
      resumption,
      fork,
      deleteSaved,
      workAccess: options.workAccess,
    }),
    /** Saves a session that would end automatically, if its lab and the settings allow it. */
    saveAtEnd: atEnd.saveAtEnd,
    isSavedAtEnd: atEnd.isSavedAtEnd,
    /** Returns the saved content with which a session's machines start. @throws SAVED_STATE_NOT_FOUND */
    async machines(stateId: string) {
      const images = await states.images(stateId);
      if (!images) throw fault('SAVED_STATE_NOT_FOUND');
      return savedMachines(images);
    },
    isBeingCopied: states.isBeingCopied,
    changed: saver.changed,
    sweep: maintenance.sweep,
    removeForgotten: maintenance.removeForgotten,
    stop: saver.stop,
  };
}
