import { fault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { SessionService } from '../sessions/session.ts';
import type { HintService } from './hint.ts';
import type { HintStore } from './hint-store.ts';
import { isTrial } from './results/progress-store.ts';
import type { ProgressStore } from './results/progress-store.ts';

/** Creates the hint service, which shows a hint only to its learner, and stores its cost. */
export function createHintService(parts: {
  sessions: Pick<SessionService, 'get'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  hints: HintStore;
  progress: ProgressStore;
}): HintService {
  const { sessions, catalogue, hints, progress } = parts;

  return {
    async reveal(actor, { sessionId, stepId, hintId }) {
      requireActor(actor, { scope: 'learn' });
      const {
        learnerId,
        labSlug,
        labVersion,
        assignmentId = '',
        run,
        forkOfId,
      } = await sessions.get(actor, sessionId);
      // A hint costs the learner points, so only the learner may request it.
      if (learnerId !== actor.userId) throw fault('FORBIDDEN', { needed: 'a session of your own' });
      const lab = catalogue.version(labSlug, labVersion);
      const step = lab.steps.find(({ id }) => id === stepId);
      if (!step) throw fault('STEP_NOT_FOUND', { lab: labSlug, step: stepId });
      const hint = step.hints.find(({ id }) => id === hintId);
      if (!hint) throw fault('NOT_FOUND', { thing: 'hint' });
      const { text, cost, afterFailures } = hint;
      if (forkOfId !== undefined) return { id: hintId, text, cost: 0 };
      const key = { learnerId, labSlug, assignmentId, trial: isTrial({ assignmentId, run }), stepId };
      if (!(await hints.isShown(key, hintId))) {
        const failures = await progress.failures(key);
        if (failures < afterFailures) throw fault('HINT_TOO_EARLY', { needed: afterFailures, failures });
      }
      return { id: hintId, text, cost: await hints.put(key, { hintId, cost }) };
    },
  };
}
