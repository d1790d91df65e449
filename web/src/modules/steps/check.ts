import { gql } from 'urql';
import { translateReason } from '../api/service-message.ts';
import type { Reason } from '../api/service-message.ts';
import type { CheckKind } from './step.ts';

/** A run of a step's checks, as the page shows it. */
export interface Attempt {
  id: string;
  passed: boolean;
  /** 0 to 1. */
  score: number;
  message: string;
  finding: Finding | null;
  verdicts: Verdict[];
}

/** How one check of it ended. */
export interface Verdict {
  id: string;
  kind: CheckKind;
  state: 'RUNNING' | 'FINISHED' | 'ERRORED';
  passed: boolean;
  message: string;
  finding: Finding | null;
  evidence: string;
  explanation: string | null;
}

/** What a message says; without one its words are those of the lab's author. */
type Finding = Omit<Reason, 'message'>;

/** A message in the language that is read in. */
export function messageOf({ message, finding }: Pick<Verdict, 'message' | 'finding'>): string {
  return finding ? translateReason({ ...finding, message }) : message;
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
    runCheck(input: { session: $session, step: $step, answers: $answers, poll: $poll, language: $language }) {
      attempt {
        id
        passed
        score
        message
        finding {
          code
          details {
            name
            value
          }
        }
        verdicts {
          id
          kind
          state
          passed
          message
          finding {
            code
            details {
              name
              value
            }
          }
          evidence
          explanation(language: $language)
        }
      }
    }
  }
`;
