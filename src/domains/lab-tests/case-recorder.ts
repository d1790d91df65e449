import { CaseFailed, concernsLab } from './lab-case.ts';
import type { CaseSubject, LabCase } from './lab-case.ts';

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
