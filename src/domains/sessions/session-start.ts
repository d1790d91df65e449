import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Lab } from '../labs/lab.ts';
import type { StartRules } from './capacity/start-rules.ts';
import { newLifetime } from './lifetime-rules.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow, SessionStore } from './session-store.ts';

/** Attempts to start while another session of the lab keeps ending at the same moment. */
const TRIES = 10;

/** Finds or creates a learner's session. `onRequested` is called when a new one needs provisioning. */
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
    const created = await store.create(session, limit);
    if (created === 'limit') throw fault('SESSION_LIMIT', { limit });
    if (created === 'exists') return created;
    changer.notify(created);
    onRequested(lab);
    return created;
  }

  /**
   * Returns the learner's active session of the lab; creates one if necessary.
   * @throws LAB_NOT_FOUND, LAB_INVALID, LAB_TOO_LARGE, SESSION_LIMIT
   */
  return async function startSession(learnerId: string, labSlug: string): Promise<SessionRow> {
    for (let tries = 0; tries < TRIES; tries++) {
      const active = await store.findActive(learnerId, labSlug);
      if (active) return active;
      const created = await request(learnerId, labSlug);
      if (created !== 'exists') return created;
    }
    throw fault('DATABASE_BUSY');
  };
}
