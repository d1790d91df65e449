import { hiddenScript } from './needs/scripts.ts';
import type { PageCommand } from './text/page.ts';

/** Seconds that a command has to get going that is left running. */
const HEAD_START = 2;

/** Scripts that a step's solution may consist of. */
const MOST_SCRIPTS = 20;

/** Programs that wait for a learner at the keyboard. */
const INTERACTIVE =
  /^\s*(?:sudo\s+)?(?:(?:vi|vim|nvim|nano|pico|emacs|joe|less|more|man|info|top|htop|watch|tmux|screen|mc|visudo)(?:\s|$)|crontab\s+-e)/;

/** A part of a solution: what is done in one machine before another one's turn. */
export interface SolutionPart {
  /** Undefined for the first one. */
  machine: string | undefined;
  script: string;
}

/**
 * Scripts that do as a step's text says: what a click runs, in the text's order. What the text later
 * interrupts, or leaves alone in its terminal, goes on beside the rest; what waits for a learner at the
 * keyboard is left out. None for a text that runs nothing, or goes from machine to machine more often than a solution may.
 */
export function solutionOf(commands: readonly PageCommand[], folder: string): SolutionPart[] {
  const parts: { machine: string | undefined; lines: string[] }[] = [];
  for (const [place, { code, machine }] of commands.entries()) {
    if (INTERACTIVE.test(code)) continue;
    const last = parts.at(-1);
    const part = last && last.machine === machine ? last : { machine, lines: [] };
    if (part !== last) parts.push(part);
    part.lines.push(isLeft(commands, place) ? `(\n${code}\n) &\nsleep ${HEAD_START}` : code);
  }
  if (parts.length > MOST_SCRIPTS) return [];
  return parts.map(({ machine, lines }) => {
    // What a text runs may end with any code.
    return { machine, script: hiddenScript(`${lines.join('\n')}\ntrue\n`, folder) };
  });
}

function isLeft(commands: readonly PageCommand[], place: number): boolean {
  const terminal = terminalOf(commands[place]);
  const next = commands[place + 1];
  const here = commands.slice(place + 1).find((command) => terminalOf(command) === terminal);
  return here ? here.interrupt : next !== undefined && terminalOf(next) !== terminal;
}

function terminalOf(command: PageCommand | undefined): string {
  return `${command?.machine ?? ''} ${command?.terminal ?? 1}`;
}
