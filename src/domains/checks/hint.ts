import type { Actor } from '../identity/actor.ts';
import type { LocalizedText } from '../labs/localized-text.ts';

/** A hint that a learner has seen. */
export interface RevealedHint {
  /** Unique within the step. */
  id: string;
  /** Markdown. */
  text: LocalizedText;
  /** The amount subtracted from later attempts at the step: 0 to 1. */
  cost: number;
}

export interface HintService {
  /**
   * Shows a hint of a step. It costs points from then on; showing it again is free. In a copy of another session, hints
   * are free and available immediately.
   * @throws SESSION_NOT_FOUND, FORBIDDEN (another learner's session), STEP_NOT_FOUND, NOT_FOUND (no such hint),
   * HINT_TOO_EARLY
   */
  reveal(
    actor: Actor | undefined,
    input: { sessionId: string; stepId: string; hintId: string },
  ): Promise<RevealedHint>;
}
