import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionLimit } from '../capacity/start-rules.ts';
import { newLifetime } from '../lifetime-rules.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { AgainStore } from './again-store.ts';

/** Changes by others that a resumption makes way for before it gives up. */
const TRIES = 20;

/** Has sessions go on from what was saved, or begin anew. `onQueued` is called when there is one to make. */
export function createSessionAgain(options: {
  store: Pick<SessionStore, 'find'>;
  again: AgainStore;
  changer: SessionChanger;
  catalogue: Pick<LabCatalogue, 'get' | 'version'>;
  clock: Clock;
  limitOf: SessionLimit;
  /** Until when a state that is used now is kept. */
  keptUntil: () => Date;
  onQueued: () => void;
}) {
  const { store, again, changer, catalogue, clock, limitOf, keptUntil, onQueued } = options;

  type Attempt = (row: SessionRow) => Promise<SessionRow | 'changed'>;

  /** Runs `attempt` on the session as it is now until it took effect. */
  async function insist(session: SessionRow, attempt: Attempt): Promise<SessionRow> {
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
    const life = newLifetime(lab.lifetime, clock.now());
    const limit = await limitOf(row.learnerId);
    const done = await again.resume(row, life, { limit, expiresAt: keptUntil() });
    if (done === 'limit') throw fault('SESSION_LIMIT', { limit });
    if (done === 'gone') throw fault('SAVED_STATE_NOT_FOUND');
    return done;
  }

  async function resetOnce(row: SessionRow): Promise<SessionRow | 'changed'> {
    if (row.forkOfId !== null) throw conflict('a copy of another', 'be reset');
    if (row.state !== 'ready' && row.state !== 'saved' && row.state !== 'failed') {
      throw conflict(row.state, 'be reset');
    }
    const lab = catalogue.get(row.labSlug);
    const limit = await limitOf(row.learnerId);
    const done = await again.reset(row, lab, newLifetime(lab.lifetime, clock.now()), limit);
    if (done === 'limit') throw fault('SESSION_LIMIT', { limit });
    if (done === 'exists') throw conflict('followed by another of this lab', 'be reset');
    return done;
  }

  return {
    /** @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, SAVED_STATE_NOT_FOUND, LAB_NOT_FOUND, LAB_INVALID */
    resume: (row: SessionRow) => insist(row, resumeOnce),
    /** @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, LAB_NOT_FOUND, LAB_INVALID */
    reset: (row: SessionRow) => insist(row, resetOnce),
  };
}

export const conflict = (state: string, verb: string) => fault('SESSION_STATE_CONFLICT', { state, verb });
