import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Lab } from '../labs/lab.ts';
import type { StartRules } from './capacity/start-rules.ts';
import { newLifetime } from './lifetime-rules.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow, SessionStore } from './session-store.ts';

/** Looks for the session that was in the way, which may end just then, before this gives up. */
const TRIES = 10;

/** Finds or makes a learner's session. `onRequested` is called when there is a new one to provision. */
export function createSessionStart(options: {
  store: SessionStore;
  changer: SessionChanger;
  catalogue: Pick<LabCatalogue, 'get'>;
  clock: Clock;
  limitForStart: StartRules;
  onRequested: (lab: Lab) => void;
}) {
  const { store, changer, catalogue, clock, limitForStart, onRequested } = options;

  async function request(learnerId: string, labSlug: string): Promise<SessionRow | 'exists'> {
    const lab = catalogue.get(labSlug);
    const limit = await limitForStart(learnerId, lab);
    const now = clock.now();
    const session = {
      id: newId(now),
      learnerId,
      labSlug,
      labVersion: lab.version,
      machines: lab.machines,
      createdAt: now,
      queuedAt: now,
      ...newLifetime(lab.lifetime, now),
    };
    const made = await store.create(session, limit);
    if (made === 'limit') throw fault('SESSION_LIMIT', { limit });
    if (made === 'exists') return made;
    changer.notify(made);
    onRequested(lab);
    return made;
  }

  /** The learner's active session of the lab. @throws LAB_NOT_FOUND, LAB_INVALID, LAB_TOO_LARGE, SESSION_LIMIT */
  return async function startSession(learnerId: string, labSlug: string): Promise<SessionRow> {
    for (let tries = 0; tries < TRIES; tries++) {
      const active = await store.findActive(learnerId, labSlug);
      if (active) return active;
      const made = await request(learnerId, labSlug);
      if (made !== 'exists') return made;
    }
    throw fault('DATABASE_BUSY');
  };
}
