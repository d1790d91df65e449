/** Reports the progress of a step. */
export interface Step {
  /** Shows a detail in place of the previous one. A log shows only some of them. */
  progress(detail: string): void;
}

/**
 * Shows one line for each step, such as `✔ base image     from debian:trixie-slim`. A terminal shows the current detail.
 * A log shows a line at the end of each step, and at intervals before. A quick step with the note `unchanged` has no
 * line.
 */
export interface Steps {
  /** Runs one step. `work` returns the note shown after its name. A failure is shown and rethrown. */
  run<T extends string | { note: string }>(name: string, work: (step: Step) => Promise<T>): Promise<T>;
}

/** Creates steps that write to `output`, usually `process.stderr`. */
export function createSteps(options: {
  output: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}): Steps;
