/* Plain JavaScript without dependencies, because it runs before they are installed. Types: command.d.mts. */
import { spawn } from 'node:child_process';

/** Lines of a failed command's output in its error. Some tools print the reason first, others last. */
const HEAD_LINES = 12;
const TAIL_LINES = 40;
/** Longest line, so that a progress bar without line ends cannot fill memory. */
const MAX_LINE_CHARS = 4_000;

export class CommandError extends Error {
  name = 'CommandError';

  constructor(command, reason, output, cause) {
    super(`${command}: ${reason}${output ? `\n${output}` : ''}`, { cause });
    this.output = output;
  }
}

export function runCommand(command, args, options = {}) {
  const { env, cwd, uid, gid, onLine, timeoutMs, tailLines = TAIL_LINES } = options;
  return new Promise((resolve, reject) => {
    const shown = [command, ...args].join(' ');
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { stdio, timeout: timeoutMs, env, cwd, uid, gid });
    const output = createExcerpt(tailLines);
    const keep = (line) => {
      output.add(line);
      onLine?.(line);
    };
    const ends = [child.stdout, child.stderr].map((stream) => readLines(stream, keep));
    child.once('error', (error) => reject(new CommandError(shown, error.message, '', error)));
    child.once('close', (code, signal) => {
      for (const end of ends) end();
      if (code === 0) resolve();
      else reject(new CommandError(shown, signal ?? `exit code ${code}`, output.text()));
    });
  });
}

function createExcerpt(tailLines) {
  const head = [];
  const tail = [];
  let omitted = 0;
  return {
    add(line) {
      if (head.length < HEAD_LINES) {
        head.push(line);
      } else if (tail.push(line) > tailLines) {
        tail.shift();
        omitted += 1;
      }
    },
    text() {
      const gap = omitted > 0 ? [`… ${omitted} more lines …`] : [];
      return [...head, ...gap, ...tail].join('\n');
    },
  };
}

export function readLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
    for (const line of lines) if (line) onLine(line);
  });
  return () => {
    if (rest) onLine(rest);
    rest = '';
  };
}
