import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { LabCheck } from '../../labs/lab-check.ts';
import { found } from './findings.ts';
import type { Finding, Found } from './findings.ts';
import type { LocalizedText } from '../../labs/localized-text.ts';

/** Most characters of a message: a learner reads it at a glance. */
export const MESSAGE_LIMIT = 500;

/** How one check of a step ended. */
export interface CheckVerdict extends Judgement {
  /** Of the check, within its step. */
  checkId: string;
  kind: LabCheck['kind'];
  /** How much it counts beside the step's other checks. */
  weight: number;
  /** Whether it is a question that was answered at all. */
  answered: boolean;
  /** What a question's author tells who has answered it: see explanations.ts. */
  explanation: LocalizedText | undefined;
}

/** What a check says of a learner's work, or why it could not say anything. */
export interface Judgement {
  state: 'finished' | 'errored';
  /** Whether it has the whole score. */
  passed: boolean;
  /** 0 to 1. */
  score: number;
  /** For the learner, in one line: what was found, never what would be right; or why it errored. */
  message: string;
  /** What the message says; undefined where its words are those of the lab's author. */
  finding: Finding | undefined;
  /** What it goes by, such as all that a script printed or what was answered; bounded where it is stored. */
  evidence: string;
  /** Of its script or command, where it has one. */
  exitCode: number | undefined;
}

/** The judgement of a check that ran to its end; `says` is what it found, or the words of the lab's author. */
export function judged(of: {
  score: number;
  says: Found | string;
  evidence: string;
  exitCode?: number;
}): Judgement {
  const { score, says, evidence, exitCode } = of;
  return { state: 'finished', passed: score >= 1, score, ...saying(says), evidence, exitCode };
}

/** A check that found all as it is to be, or did not. */
export function passedOrNot(
  problem: Found | undefined,
  more: { evidence: string; exitCode?: number },
): Judgement {
  return judged({ ...more, score: problem === undefined ? 1 : 0, says: problem ?? found('DONE') });
}

/** The judgement of a check that could not judge: nothing is held against the learner. */
export function unjudged(reason: Fault, evidence = ''): Judgement {
  return {
    state: 'errored',
    passed: false,
    score: 0,
    ...saying(reason),
    evidence,
    exitCode: undefined,
  };
}

/** A check that the end of the service, or of its hold on the check, has cut short. */
export function interrupted(): Judgement {
  return unjudged(fault('CHECK_INTERRUPTED'));
}

/** The message of what was found, or of what the lab's author says. */
export function saying(says: Found | string): Pick<Judgement, 'message' | 'finding'> {
  if (typeof says === 'string') return { message: says, finding: undefined };
  const { code, details, message } = says;
  return { message, finding: { code, details } };
}
