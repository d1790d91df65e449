import { gql } from 'urql';
import type { CheckKind } from './step.ts';

/** A run of a step's checks, as the page shows it. */
export interface Attempt {
  id: string;
  passed: boolean;
  /** 0 to 1. */
  score: number;
  message: string;
  verdicts: Verdict[];
  /** Why a check could not judge. */
  reason: { message: string } | null;
}

/** How one check of it ended. */
export interface Verdict {
  id: string;
  kind: CheckKind;
  state: 'RUNNING' | 'FINISHED' | 'ERRORED';
  passed: boolean;
  message: string;
  evidence: string;
  explanation: string | null;
}

/** An answer to the question of this check: places of options, or a text. */
export interface Answer {
  check: string;
  options?: number[];
  text?: string;
}

export const RunCheck = gql<
  { runCheck: { attempt: Attempt } },
  { session: string; step: string; answers: Answer[]; poll: boolean; language: string }
>`
  mutation RunCheck($session: ID!, $step: ID!, $answers: [AnswerInput!], $poll: Boolean!, $language: String) {
    runCheck(input: { session: $session, step: $step, answers: $answers, poll: $poll }) {
      attempt {
        id
        passed
        score
        message
        verdicts {
          id
          kind
          state
          passed
          message
          evidence
          explanation(language: $language)
        }
        reason {
          message
        }
      }
    }
  }
`;
