import type { Actor } from '../identity/actor.ts';
import type { LocalizedText } from '../labs/localized-text.ts';

/** Help that a learner was shown. */
export interface RevealedHint {
  /** Its own within the step. */
  id: string;
  /** Markdown. */
  text: LocalizedText;
  /** What is taken off the scores of attempts at the step from then on: 0 to 1. */
  cost: number;
}

export interface HintService {
  /**
   * Shows a hint of a step, which from then on costs what it costs; who was shown it gets it again. In a copy of
   * another's session all hints are shown at once and cost nothing.
   * @throws SESSION_NOT_FOUND, FORBIDDEN (somebody else's session), STEP_NOT_FOUND, NOT_FOUND (no such hint), HINT_TOO_EARLY
   */
  reveal(
    actor: Actor | undefined,
    input: { sessionId: string; stepId: string; hintId: string },
  ): Promise<RevealedHint>;
}
