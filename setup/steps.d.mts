/** What a step says while it works. */
export interface Step {
  /** Replaces what was said before; in a log only now and then one of them is printed. */
  progress(detail: string): void;
}

/**
 * Progress for a person: one line for each step, `✔ base image     from debian:trixie-slim`. In a
 * terminal the line shows what the step does; in a log it is written when the step ends, and now and
 * then before. A step that is soon over with the note `unchanged` leaves no line.
 */
export interface Steps {
  /** Runs one step. `work` answers the note shown behind its name; a failure is shown and thrown on. */
  run<T extends string | { note: string }>(name: string, work: (step: Step) => Promise<T>): Promise<T>;
}

/** `output` is where the lines go, usually `process.stderr`. */
export function createSteps(options: {
  output: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}): Steps;
