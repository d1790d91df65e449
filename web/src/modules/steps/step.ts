/** A step of a lab. */
export interface LabStep {
  id: string;
  title: string;
  instructions: string;
  hasCheck: boolean;
  checks: StepCheck[];
  /** Seconds between checks that are made by themselves; null where only the learner makes them. */
  pollSeconds: number | null;
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
    }
  }
  pollSeconds
`;
