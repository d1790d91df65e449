import type { TerminalProblem } from './frames.ts';

/** What `attach` rejects with where it is no use to try again; all else it rejects with is tried again. */
export class AttachRefused extends Error {
  readonly problem: TerminalProblem;

  constructor(problem: TerminalProblem) {
    super(problem.message);
    this.name = 'AttachRefused';
    this.problem = problem;
  }
}
