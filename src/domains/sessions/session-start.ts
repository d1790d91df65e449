import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Lab } from '../labs/lab.ts';
import type { AssignedWork } from './assigned-work.ts';
import type { NewRun } from './assignment-work-store.ts';
import type { StartRules } from './capacity/start-rules.ts';
import { newLifetime } from './lifetime-rules.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionKey, SessionRow, SessionStore } from './session-store.ts';

/** Attempts to start while another session of the lab keeps ending at the same moment. */
const TRIES = 10;

/** What to start: a lab in self-study, or an assignment. */
export type StartInput = { lab: string } | { assignment: string };

export type StartLookup = ReturnType<typeof createStartLookup>;

/**
 * Creates a lookup of the lab for a start, in the version that the assignment is pinned to, and of the new attempt at the
 * assignment.
 */
export function createStartLookup(options: {
  catalogue: Pick<LabCatalogue, 'get' | 'version'>;
  assignedWork: Pick<AssignedWork, 'newRun'>;
}) {
  const { catalogue, assignedWork } = options;

  return async (learnerId: string, input: StartInput): Promise<{ lab: Lab; newRun?: NewRun }> => {
    if ('lab' in input) return { lab: catalogue.get(input.lab) };
    const { assignment, newRun } = await assignedWork.newRun(learnerId, input.assignment);
    const { labSlug, labVersion } = assignment;
    const lab = labVersion === undefined ? catalogue.get(labSlug) : catalogue.version(labSlug, labVersion);
    return { lab, newRun };
  };
}

/** Finds or creates a learner's session. `onRequested` is called when a new one needs provisioning. */
export function createSessionStart(options: {
  store: SessionStore;
  changer: SessionChanger;
  labFor: StartLookup;
  assignedWork: Pick<AssignedWork, 'isTrial'>;
  clock: Clock;
  limitForStart: StartRules;
  onRequested: (lab: Lab) => void;
}) {
  const { store, changer, labFor, assignedWork, clock, limitForStart, onRequested } = options;

  async function request(
    learnerId: string,
    { lab, newRun }: { lab: Lab; newRun?: NewRun },
  ): Promise<SessionRow | 'exists'> {
    const limit = await limitForStart(learnerId, lab, newRun?.courseId);
    const now = clock.now();
    const session = {
      id: newId(now),
      learnerId,
      labSlug: lab.slug,
      labVersion: lab.version,
      machines: lab.machines,
      createdAt: now,
      queuedAt: now,
      ...newLifetime(lab.lifetime, now, newRun?.limits),
    };
    const created = await store.create(session, limit, newRun);
    if (created === 'limit') throw fault('SESSION_LIMIT', { limit });
    if (created === 'exists') return created;
    changer.notify(created);
    onRequested(lab);
    return created;
  }

  async function keyFor(learnerId: string, input: StartInput): Promise<SessionKey> {
    if ('lab' in input) return { learnerId, labSlug: input.lab };
    const assignmentId = input.assignment;
    return {
      learnerId,
      labSlug: '',
      assignmentId,
      isTrial: await assignedWork.isTrial(learnerId, assignmentId),
    };
  }

  /**
   * Returns the learner's active session of the lab or assignment; creates one if necessary.
   * @throws LAB_NOT_FOUND, LAB_INVALID, LAB_TOO_LARGE, SESSION_LIMIT, ATTEMPTS_USED, ASSIGNMENT_NOT_FOUND, FORBIDDEN,
   * COURSE_ARCHIVED, ASSIGNMENT_NOT_OPEN, ASSIGNMENT_CLOSED
   */
  return async function startSession(learnerId: string, input: StartInput): Promise<SessionRow> {
    for (let tries = 0; tries < TRIES; tries++) {
      // An active session continues, even if nobody could start another one now.
      const active = await store.findActive(await keyFor(learnerId, input));
      if (active) return active;
      const created = await request(learnerId, await labFor(learnerId, input));
      if (created !== 'exists') return created;
    }
    throw fault('DATABASE_BUSY');
  };
}
