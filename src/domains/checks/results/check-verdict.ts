import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { LabCheck } from '../../labs/lab-check.ts';
import { found } from './findings.ts';
import type { Finding, Found } from './findings.ts';
import type { LocalizedText } from '../../labs/localized-text.ts';

/** Maximum length of a message, in characters: a learner reads it at a glance. */
export const MESSAGE_LIMIT = 500;

/** The result of one check of a step. */
export interface CheckVerdict extends Judgement {
  /** Id of the check within its step. */
  checkId: string;
  kind: LabCheck['kind'];
  /** Weight among the step's checks. */
  weight: number;
  /** Whether the check is a question that was answered. */
  answered: boolean;
  /** The author's explanation for learners who answered correctly or cannot answer again: see check-service.ts. */
  explanation: LocalizedText | undefined;
}

/** A check's judgement of a learner's work, or why it could not judge. */
export interface Judgement {
  state: 'finished' | 'errored';
  /** Whether the score is complete. */
  passed: boolean;
  /** 0 to 1. */
  score: number;
  /** For the learner, in one line: what was found, never the solution; or why the check errored. */
  message: string;
  /** Code and details of the message; undefined if the lab's author wrote the message. */
  finding: Finding | undefined;
  /** The basis of the judgement, such as a script's output or the answer; truncated when stored. */
  evidence: string;
  /** Exit code of the script or command, if any. */
  exitCode: number | undefined;
}

/** Returns the judgement of a completed check. `says` is a finding, or the text of the lab's author. */
export function judged(of: {
  score: number;
  says: Found | string;
  evidence: string;
  exitCode?: number;
}): Judgement {
  const { score, says, evidence, exitCode } = of;
  return { state: 'finished', passed: score >= 1, score, ...messageOf(says), evidence, exitCode };
}

/** Returns a judgement that passes unless there is a problem. */
export function passedOrNot(
  problem: Found | undefined,
  more: { evidence: string; exitCode?: number },
): Judgement {
  return judged({ ...more, score: problem === undefined ? 1 : 0, says: problem ?? found('DONE') });
}

/** Returns the judgement of a check that could not judge, which does not count against the learner. */
export function unjudged(reason: Fault, evidence = ''): Judgement {
  return {
    state: 'errored',
    passed: false,
    score: 0,
    ...messageOf(reason),
    evidence,
    exitCode: undefined,
  };
}

/** Returns the judgement of a check that was interrupted by a shutdown or a lost lease. */
export function interrupted(): Judgement {
  return unjudged(fault('CHECK_INTERRUPTED'));
}

/** Returns the message of a finding, or of the lab's author. */
export function messageOf(says: Found | string): Pick<Judgement, 'message' | 'finding'> {
  if (typeof says === 'string') return { message: says, finding: undefined };
  const { code, details, message } = says;
  return { message, finding: { code, details } };
}
