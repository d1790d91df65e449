/** A step of a lab. */
export interface LabStep {
  id: string;
  title: string;
  instructions: string;
  hasCheck: boolean;
  checks: StepCheck[];
  /** Seconds between checks that are made by themselves; null where only the learner makes them. */
  pollSeconds: number | null;
  hints: StepHint[];
}

/** Help that is there, without its text. */
export interface StepHint {
  id: string;
  /** It can be asked for after so many failed attempts. */
  afterFailures: number;
  /** What is taken off the step's score once it was: 0 to 1. */
  cost: number;
}

/** What the learner has reached in a step. */
export interface StepProgress {
  id: string;
  passed: boolean;
  failures: number;
  /** Those that were shown. */
  hints: ShownHint[];
}

/** Help that the learner was shown. */
export interface ShownHint {
  id: string;
  text: string;
}

/** One of the things that judge a step. */
export interface StepCheck {
  id: string;
  kind: CheckKind;
  title: string | null;
  question: Question | null;
}

export type CheckKind = 'SCRIPT' | 'TRUSTED' | 'QUIZ' | 'FILE' | 'COMMAND' | 'HTTP';

/** A question, with options to choose from or, where there are none, answered by a text. */
export interface Question {
  text: string;
  options: string[];
  multiple: boolean;
  attempts: number | null;
  /** Share of its score, 0 to 1. */
  cost: number;
}

/** What is read of a step, in `$language`. */
export const stepFields = `
  id
  title(language: $language)
  instructions(language: $language)
  hasCheck
  checks {
    id
    kind
    title(language: $language)
    question {
      text(language: $language)
      options(language: $language)
      multiple
      attempts
      cost
    }
  }
  pollSeconds
  hints {
    id
    afterFailures
    cost
  }
`;

/** What is read of a learner's progress in a step, in `$language`. */
export const stepProgressFields = `
  id
  passed
  failures
  hints {
    id
    text(language: $language)
  }
`;
