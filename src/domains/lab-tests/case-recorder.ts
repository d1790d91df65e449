import { CaseFailed, concernsLab } from './lab-case.ts';
import type { CaseSubject, LabCase } from './lab-case.ts';

export type CaseRecorder = ReturnType<typeof createCaseRecorder>;

/** Writes down what came of the cases of one lab, and tells of each as it ends. */
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
     * Whether `work`, which answers what the check says, did not fail. What has a code of the catalogue fails the case, too; anything else is
     * thrown, and so is all when `signal` has aborted.
     */
    async run(
      subject: CaseSubject,
      work: () => Promise<string | undefined>,
      signal: AbortSignal,
    ): Promise<boolean> {
      const began = performance.now();
      const seconds = () => (performance.now() - began) / 1000;
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

    /** It was looked at on the way of something else. */
    pass(subject: CaseSubject, seen: Pick<LabCase, 'said' | 'seconds'>): void {
      note(subject, 'passed', seen);
    },

    /** It could not be looked at. */
    skip(subject: CaseSubject, problem: string): void {
      note(subject, 'skipped', { problem });
    },
  };
}
