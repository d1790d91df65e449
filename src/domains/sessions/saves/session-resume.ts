import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionLimit } from '../capacity/start-rules.ts';
import type { AssignedWork } from '../assigned-work.ts';
import { newLifetime } from '../lifetime-rules.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { StartInput, StartLookup } from '../session-start.ts';
import type { ResumeStore, ForkStore, NewFork } from './resume-store.ts';
import type { Saver } from './saver.ts';

/** Attempts to resume or reset a session while other requests change it. */
const TRIES = 20;

/** Resumes saved sessions and resets sessions. `onQueued` is called when a session was queued. */
export function createSessionResume(options: {
  store: Pick<SessionStore, 'find'>;
  resumes: ResumeStore;
  changer: SessionChanger;
  catalogue: Pick<LabCatalogue, 'version'>;
  assignedWork: Pick<AssignedWork, 'requireCounting'>;
  labFor: StartLookup;
  clock: Clock;
  limitOf: SessionLimit;
  /** Returns when a saved state expires that is created or resumed now. */
  newExpiry: () => Date;
  onQueued: () => void;
}) {
  const { store, resumes, changer, catalogue, assignedWork, labFor, clock, limitOf, newExpiry, onQueued } =
    options;

  type Attempt = (row: SessionRow) => Promise<SessionRow | 'changed'>;

  /** Repeats `attempt` with the current row until it takes effect. */
  async function retryWhileChanged(session: SessionRow, attempt: Attempt): Promise<SessionRow> {
    let row: SessionRow | null = session;
    for (let tries = 0; row && tries < TRIES; tries++) {
      const queued = await attempt(row);
      if (queued !== 'changed') {
        changer.notify(queued);
        onQueued();
        return queued;
      }
      row = await store.find(session.id);
    }
    throw fault(row ? 'DATABASE_BUSY' : 'SESSION_NOT_FOUND');
  }

  async function resumeOnce(row: SessionRow): Promise<SessionRow | 'changed'> {
    if (row.state !== 'saved') throw conflict(row.state, 'be resumed');
    const lab = catalogue.version(row.labSlug, row.labVersion);
    const limits = await assignedWork.requireCounting(row);
    const life = newLifetime(lab.lifetime, clock.now(), limits);
    const limit = await limitOf(row.learnerId);
    const done = await resumes.resume(row, life, { limit, expiresAt: newExpiry() });
    if (done === 'limit') throw fault('SESSION_LIMIT', { limit });
    if (done === 'gone') throw fault('SAVED_STATE_NOT_FOUND');
    return done;
  }

  async function resetOnce(row: SessionRow): Promise<SessionRow | 'changed'> {
    if (row.forkOfId !== null) throw conflict('a copy of another', 'be reset');
    if (row.state !== 'ready' && row.state !== 'saved' && row.state !== 'failed') {
      throw conflict(row.state, 'be reset');
    }
    const { lab, newRun } = await labFor(row.learnerId, startOf(row));
    const limit = await limitOf(row.learnerId);
    const life = newLifetime(lab.lifetime, clock.now(), newRun?.limits);
    const done = await resumes.reset(row, lab, life, { limit, newRun });
    if (done === 'limit') throw fault('SESSION_LIMIT', { limit });
    if (done === 'exists') throw conflict('followed by another session of this lab', 'be reset');
    return done;
  }

  return {
    /**
     * @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, SAVED_STATE_NOT_FOUND, LAB_NOT_FOUND, LAB_INVALID,
     * ASSIGNMENT_NOT_FOUND, COURSE_ARCHIVED, ASSIGNMENT_CLOSED, ASSIGNMENT_TIME_OVER
     */
    resume: (row: SessionRow) => retryWhileChanged(row, resumeOnce),
    /**
     * @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, LAB_NOT_FOUND, LAB_INVALID, ATTEMPTS_USED, ASSIGNMENT_NOT_FOUND,
     * COURSE_ARCHIVED, ASSIGNMENT_NOT_OPEN, ASSIGNMENT_CLOSED
     */
    reset: (row: SessionRow) => retryWhileChanged(row, resetOnce),
  };
}

function startOf({ labSlug, assignmentId }: SessionRow): StartInput {
  return assignmentId === null ? { lab: labSlug } : { assignment: assignmentId };
}

export const conflict = (state: string, verb: string) => fault('SESSION_STATE_CONFLICT', { state, verb });

/** Copies learners' sessions for staff. `onQueued` is called when a copy was queued. */
export function createForks(options: {
  forks: ForkStore;
  saver: Pick<Saver, 'newState' | 'beginFork'>;
  changer: SessionChanger;
  catalogue: Pick<LabCatalogue, 'version'>;
  clock: Clock;
  limitOf: SessionLimit;
  onQueued: () => void;
}) {
  const { forks, saver, changer, catalogue, clock, limitOf, onQueued } = options;

  async function newFork(source: SessionRow, ownerId: string): Promise<NewFork> {
    const { labSlug, labVersion, machines } = source;
    const now = clock.now();
    const state = saver.newState(ownerId);
    const { lifetime } = catalogue.version(labSlug, labVersion);
    const from = { savedStateId: state.id, forkOfId: source.id };
    const of = { id: newId(now), learnerId: ownerId, labSlug, labVersion, machines };
    return {
      session: { ...of, ...from, createdAt: now, queuedAt: now, ...newLifetime(lifetime, now) },
      state,
      limit: await limitOf(ownerId),
    };
  }

  async function ofSaved(source: SessionRow, fork: NewFork): Promise<SessionRow> {
    const copied = await forks.ofSaved(source, fork);
    if (copied === 'limit') throw fault('SESSION_LIMIT', { limit: fork.limit });
    if (copied === 'gone') throw fault('SAVED_STATE_NOT_FOUND');
    changer.notify(copied);
    onQueued();
    return copied;
  }

  /** @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, SAVED_STATE_NOT_FOUND, LAB_NOT_FOUND, LAB_INVALID */
  return async function fork(source: SessionRow, ownerId: string): Promise<SessionRow> {
    if (source.state === 'saved') return ofSaved(source, await newFork(source, ownerId));
    if (source.state !== 'ready') throw conflict(source.state, 'be copied');
    const copy = await newFork(source, ownerId);
    const copied = await saver.beginFork(source, copy);
    if (copied === 'limit') throw fault('SESSION_LIMIT', { limit: copy.limit });
    return copied;
  };
}
