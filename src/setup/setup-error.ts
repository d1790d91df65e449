/**
 * Something on this machine is missing that Berth can not, or may not, provide by itself.
 * The message is for the person at the terminal; `mend` holds what to run or change, one line each.
 */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly problem: string;
  readonly mend: readonly string[];

  constructor(problem: string, mend: readonly string[], options?: ErrorOptions) {
    super([problem, ...mend.map((line) => `  ${line}`)].join('\n'), options);
    this.problem = problem;
    this.mend = mend;
  }
}
