import type { TerminalProblem } from './frames.ts';

/** The error with which `attach` rejects if a retry is useless. After any other error the client retries. */
export class AttachRefused extends Error {
  readonly problem: TerminalProblem;

  constructor(problem: TerminalProblem) {
    super(problem.message);
    this.name = 'AttachRefused';
    this.problem = problem;
  }
}
