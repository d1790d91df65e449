/* Plain JavaScript without dependencies: it also runs before there are any. Types: steps.d.mts. */
import { stripVTControlCharacters } from 'node:util';

/** A terminal needs no more than this; faster only flickers. */
const REFRESH_MS = 100;
/** In a log a step that is over at once says nothing on the way, and a long one this often. */
const FIRST_REPORT_MS = 1_500;
const REPORT_MS = 10_000;
/** Steps shorter than this do not say how long they took. */
const WORTH_TELLING_MS = 500;
const NAME_WIDTH = 14;
/** The note of a step that found nothing to do: one that was soon over with that is not told. */
const UNCHANGED = 'unchanged';

export function createSteps({ output }) {
  return {
    async run(name, work) {
      const line = createLine(output, name.padEnd(NAME_WIDTH));
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

function createLine(output, label) {
  const started = performance.now();
  let detail = '';
  let drawn = false;

  const draw = () => {
    if (!detail) return;
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
      // The tools' own colours and progress bars would spoil the line.
      detail = stripVTControlCharacters(text)
        .replaceAll(/\p{Cc}/gu, ' ')
        .trim();
    },
    end(mark, note) {
      clearTimeout(timer);
      const took = performance.now() - started;
      const clear = output.isTTY && drawn ? '\r\x1b[2K' : '';
      if (note === UNCHANGED && took < WORTH_TELLING_MS) {
        output.write(clear);
        return;
      }
      const time = took < WORTH_TELLING_MS ? '' : `  (${(took / 1000).toFixed(1)} s)`;
      output.write(`${clear}${mark} ${label} ${note}${time}\n`);
    },
  };
}
