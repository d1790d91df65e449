/* Plain JavaScript without dependencies, because it runs before they are installed. Types: steps.d.mts. */
import { stripVTControlCharacters } from 'node:util';

/** Refresh interval of a terminal, in milliseconds. A shorter one would flicker. */
const REFRESH_MS = 100;
/** Delay of the first report in a log, and interval of the others, in milliseconds. */
const FIRST_REPORT_MS = 1_500;
const REPORT_MS = 10_000;
/** Shorter steps do not show their duration. In milliseconds. */
const MIN_SHOWN_MS = 500;
const NAME_WIDTH = 14;
/** The note of a step that had nothing to do. */
const UNCHANGED = 'unchanged';

export function createSteps({ output }) {
  /** Steps that run now. A terminal shows the progress of the last one only, because it has one line for it. */
  const running = new Set();
  return {
    async run(name, work) {
      const line = createLine(output, name.padEnd(NAME_WIDTH), running);
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

function createLine(output, label, running) {
  const started = performance.now();
  const self = {};
  running.add(self);
  let detail = '';
  let drawn = false;

  const draw = () => {
    if (!detail || (output.isTTY && [...running].at(-1) !== self)) return;
    drawn = true;
    const seconds = Math.floor((performance.now() - started) / 1000);
    const text = `… ${label} ${seconds > 0 ? `${seconds} s  ` : ''}${detail}`;
    if (output.isTTY) output.write(`\r\x1b[2K${text.slice(0, (output.columns ?? 80) - 1)}`);
    else output.write(`${text}\n`);
  };
  let timer = setTimeout(
    () => {
      draw();
      timer = setInterval(draw, output.isTTY ? REFRESH_MS : REPORT_MS);
    },
    output.isTTY ? 0 : FIRST_REPORT_MS,
  );

  return {
    progress(text) {
      // Colours and progress bars of the tools would break the line.
      detail = stripVTControlCharacters(text)
        .replaceAll(/\p{Cc}/gu, ' ')
        .trim();
    },
    end(mark, note) {
      clearTimeout(timer);
      const took = performance.now() - started;
      running.delete(self);
      const clear = output.isTTY && (drawn || running.size > 0) ? '\r\x1b[2K' : '';
      if (note === UNCHANGED && took < MIN_SHOWN_MS) {
        output.write(clear);
        return;
      }
      const time = took < MIN_SHOWN_MS ? '' : `  (${(took / 1000).toFixed(1)} s)`;
      output.write(`${clear}${mark} ${label} ${note}${time}\n`);
    },
  };
}
