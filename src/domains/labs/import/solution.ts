import { hiddenScript } from './needs/scripts.ts';
import type { PageCommand } from './text/page.ts';

/** Seconds for a background command to start before the next one runs. */
const HEAD_START = 2;

/** Maximum number of scripts of a step's solution. */
const MOST_SCRIPTS = 20;

/** Programs that wait for a learner at the keyboard. */
const INTERACTIVE =
  /^\s*(?:sudo\s+)?(?:(?:vi|vim|nvim|nano|pico|emacs|joe|less|more|man|info|top|htop|watch|tmux|screen|mc|visudo)(?:\s|$)|crontab\s+-e)/;

/** A part of a solution: consecutive commands in one machine. */
export interface SolutionPart {
  /** Undefined for the first one. */
  machine: string | undefined;
  script: string;
}

/**
 * Builds scripts from the commands that clicks on a step's page run, in order. A command that the text later
 * interrupts, or that keeps its terminal busy, runs in the background. Interactive commands are left out. Empty if
 * the text runs nothing, or switches between machines more often than a solution can.
 */
export function solutionOf(commands: readonly PageCommand[], folder: string): SolutionPart[] {
  const parts: { machine: string | undefined; lines: string[] }[] = [];
  for (const [place, { code, machine }] of commands.entries()) {
    if (INTERACTIVE.test(code)) continue;
    const last = parts.at(-1);
    const part = last && last.machine === machine ? last : { machine, lines: [] };
    if (part !== last) parts.push(part);
    part.lines.push(runsInBackground(commands, place) ? `(\n${code}\n) &\nsleep ${HEAD_START}` : code);
  }
  if (parts.length > MOST_SCRIPTS) return [];
  return parts.map(({ machine, lines }) => {
    // The commands of a text can end with any exit code.
    return { machine, script: hiddenScript(`${lines.join('\n')}\ntrue\n`, folder) };
  });
}

function runsInBackground(commands: readonly PageCommand[], place: number): boolean {
  const terminal = terminalOf(commands[place]);
  const next = commands[place + 1];
  const here = commands.slice(place + 1).find((command) => terminalOf(command) === terminal);
  return here ? here.interrupt : next !== undefined && terminalOf(next) !== terminal;
}

function terminalOf(command: PageCommand | undefined): string {
  return `${command?.machine ?? ''} ${command?.terminal ?? 1}`;
}
