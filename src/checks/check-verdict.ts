import { fault } from '../errors.ts';
import type { Fault, FaultCode } from '../errors.ts';
import type { LabCheck } from '../labs/lab-check.ts';
import type { LocalizedText } from '../labs/localized-text.ts';

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
  /** For the learner, in one line: what was found, never what would be right. */
  message: string;
  /** What it goes by, such as all that a script printed or what was answered; bounded where it is stored. */
  evidence: string;
  /** Of its script or command, where it has one. */
  exitCode: number | undefined;
  /** Why it errored: it timed out, printed too much, could not start. */
  reasonCode: FaultCode | undefined;
}

/** The judgement of a check that ran to its end. */
export function judged(of: {
  score: number;
  message: string;
  evidence: string;
  exitCode?: number;
}): Judgement {
  const { score, message, evidence, exitCode } = of;
  return {
    state: 'finished',
    passed: score >= 1,
    score,
    message,
    evidence,
    exitCode,
    reasonCode: undefined,
  };
}

/** A check that found all as it is to be, or did not. */
export function passedOrNot(
  problem: string | undefined,
  more: { evidence: string; exitCode?: number },
): Judgement {
  return judged({ ...more, score: problem === undefined ? 1 : 0, message: problem ?? 'Done.' });
}

/** The judgement of a check that could not judge: nothing is held against the learner. */
export function unjudged(reason: Fault, evidence = ''): Judgement {
  return {
    state: 'errored',
    passed: false,
    score: 0,
    message: reason.message,
    evidence,
    exitCode: undefined,
    reasonCode: reason.code,
  };
}

/** A check that the end of the service, or of its hold on the check, has cut short. */
export function interrupted(): Judgement {
  return unjudged(fault('CHECK_INTERRUPTED'));
}
