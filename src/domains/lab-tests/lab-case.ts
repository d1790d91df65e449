import { isFault } from '../../core/errors.ts';

/** One thing that the test of a lab looks at, and what came of it. */
export interface LabCase {
  /** Slug. */
  lab: string;
  /** Id; undefined for what concerns the lab as a whole. */
  step: string | undefined;
  /** What is tested: the lab as a whole, a step before it is done, after its solution, in a wrong state, or when tampered with. */
  kind: 'lab' | 'before' | 'solution' | 'wrong' | 'tamper';
  /** A sentence about the step, such as "is passed after its solution". */
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** Why it is not passed, in a sentence or two. */
  problem: string | undefined;
  /** What a learner reads who checks the step then. */
  said: string | undefined;
  /** What was printed meanwhile; empty where that tells nothing. */
  output: string;
  seconds: number;
}

/** What is to be looked at. */
export type CaseSubject = Pick<LabCase, 'step' | 'kind' | 'name'>;

/** Ends a case: what it looked at is not as it should be. */
export class CaseFailed extends Error {
  readonly output: string;

  constructor(problem: string, output = '') {
    super(problem);
    this.output = output;
  }
}

/** Whether the error tells of the lab, rather than of what tests it. */
export function concernsLab(error: unknown, signal: AbortSignal): error is Error {
  return !signal.aborted && (error instanceof CaseFailed || isFault(error));
}
