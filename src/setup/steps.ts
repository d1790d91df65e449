/**
 * Progress for a person at a terminal or in a log: one line per step.
 * In a terminal the current step's line is rewritten; in a log it is written once it ends.
 */
export interface Step {
  /** Says what is happening now; shown at most every {@link REFRESH_MS}. */
  progress(detail: string): void;
}

export interface Steps {
  /**
   * Runs one step and prints its outcome. `work` answers the note shown behind the name, such as
   * `unchanged`. A failure is printed and thrown on.
   */
  run<T extends string | { note: string }>(name: string, work: (step: Step) => Promise<T>): Promise<T>;
}

/** A terminal needs no more than this; faster only flickers. */
const REFRESH_MS = 100;
/** In a log a long step repeats its progress this seldom. */
const LOG_REFRESH_MS = 5_000;
const NAME_WIDTH = 16;

export interface StepOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** `output` is where the lines go, usually `process.stderr`. */
export function createSteps({ output }: { output: StepOutput }): Steps {
  return {
    async run(name, work) {
      const started = performance.now();
      const line = createLine({ output, name, started });
      line.show('…');
      try {
        const result = await work({ progress: line.progress });
        line.end('✔', typeof result === 'string' ? result : result.note);
        return result;
      } catch (error) {
        line.end('✘', 'failed');
        throw error;
      }
    },
  };
}

function createLine({ output, name, started }: { output: StepOutput; name: string; started: number }) {
  let shownAt = 0;
  const label = name.padEnd(NAME_WIDTH);

  function show(detail: string) {
    if (output.isTTY) {
      const text = `  ${label} ${detail}`.slice(0, (output.columns ?? 80) - 1);
      output.write(`\r\x1b[2K${text}`);
    }
  }

  return {
    show,
    progress(detail: string) {
      const now = performance.now();
      const due = output.isTTY ? REFRESH_MS : LOG_REFRESH_MS;
      if (now - Math.max(shownAt, output.isTTY ? 0 : started) < due) return;
      shownAt = now;
      if (output.isTTY) show(detail);
      else output.write(`  ${label} ${detail}\n`);
    },
    end(mark: string, note: string) {
      const seconds = (performance.now() - started) / 1000;
      const took = seconds >= 0.5 ? `  ${seconds.toFixed(1)} s` : '';
      output.write(`${output.isTTY ? '\r\x1b[2K' : ''}${mark} ${label} ${note}${took}\n`);
    },
  };
}
