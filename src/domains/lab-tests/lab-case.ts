import type { QuizCheck } from '../labs/lab-check.ts';
import type { LabScript, LabStep } from '../labs/lab.ts';
import { isFault } from '../../core/errors.ts';

/** One case of a lab's test, and its result. */
export interface LabCase {
  /** Slug. */
  lab: string;
  /** Id of the step; undefined for a case of the whole lab. */
  step: string | undefined;
  /** What is tested: the whole lab, or a step before it is done, after its solution, in a wrong state or under attack. */
  kind: 'lab' | 'before' | 'solution' | 'wrong' | 'tamper';
  /** A sentence about the step, such as "is passed after its solution". */
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** Why it did not pass, in one or two sentences. */
  problem: string | undefined;
  /** The message that a learner would see for the check. */
  said: string | undefined;
  /** Output of the case's scripts; empty if it does not help. */
  output: string;
  seconds: number;
}

/** What a case tests. */
export type CaseSubject = Pick<LabCase, 'step' | 'kind' | 'name'>;

/** Fails a case. */
export class CaseFailed extends Error {
  readonly output: string;

  constructor(problem: string, output = '') {
    super(problem);
    this.output = output;
  }
}

/** Whether the error is a problem of the lab, rather than of the test itself. */
export function concernsLab(error: unknown, signal: AbortSignal): error is Error {
  return !signal.aborted && (error instanceof CaseFailed || isFault(error));
}

/** The subjects of cases, with their names in the report. */
export const machinesSubject: CaseSubject = {
  step: undefined,
  kind: 'lab',
  name: 'has working machines',
};

export function beforeSubject({ id }: LabStep): CaseSubject {
  return { step: id, kind: 'before', name: 'is not passed before it is done' };
}

export function solutionSubject({ id, checks }: LabStep): CaseSubject {
  const name = checks.length > 0 ? 'is passed after its solution' : 'has scripts that run';
  return { step: id, kind: 'solution', name };
}

export function answerSubject({ id }: LabStep, question: QuizCheck): CaseSubject {
  return { step: id, kind: 'wrong', name: `is not passed with a wrong answer to ${question.id}` };
}

/** Returns the subject of an attack; `how` names its script or the common attack. */
export function tamperSubject({ id }: Pick<LabStep, 'id'>, how: string): CaseSubject {
  return { step: id, kind: 'tamper', name: `is not passed by tampering: ${how}` };
}

export function wrongSubject({ id }: LabStep, wrong: LabScript): CaseSubject {
  return { step: id, kind: 'wrong', name: `is not passed in the wrong state ${wrong.name}` };
}

export type CaseRecorder = ReturnType<typeof createCaseRecorder>;

/** Records the cases of one lab, and reports each one to `onCase` when it ends. */
export function createCaseRecorder({ lab, onCase }: { lab: string; onCase: (ended: LabCase) => void }) {
  function note(
    subject: CaseSubject,
    outcome: LabCase['outcome'],
    more: Partial<Pick<LabCase, 'problem' | 'said' | 'output' | 'seconds'>> = {},
  ): void {
    onCase({
      lab,
      ...subject,
      outcome,
      problem: undefined,
      said: undefined,
      output: '',
      seconds: 0,
      ...more,
    });
  }

  return {
    /**
     * Runs a case and returns whether it passed. `work` returns the check's message. A CaseFailed or a fault fails the
     * case. Other errors are rethrown, and so is every error after `signal` aborted.
     */
    async run(
      subject: CaseSubject,
      work: () => Promise<string | undefined>,
      signal: AbortSignal,
    ): Promise<boolean> {
      const startedAt = performance.now();
      const seconds = () => (performance.now() - startedAt) / 1000;
      try {
        const said = await work();
        note(subject, 'passed', { said, seconds: seconds() });
        return true;
      } catch (error) {
        if (!concernsLab(error, signal)) throw error;
        const output = error instanceof CaseFailed ? error.output : '';
        note(subject, 'failed', { problem: error.message, output, seconds: seconds() });
        return false;
      }
    },

    /** Records a case that passed as a part of another one. */
    pass(subject: CaseSubject, seen: Pick<LabCase, 'said' | 'seconds'>): void {
      note(subject, 'passed', seen);
    },

    /** Records a case that could not run. */
    skip(subject: CaseSubject, problem: string): void {
      note(subject, 'skipped', { problem });
    },
  };
}
