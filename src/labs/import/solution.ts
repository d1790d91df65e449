import { hiddenScript } from './scripts.ts';
import type { PageCommand } from './text/page.ts';

/** Seconds that a command has to get going that is left running. */
const HEAD_START = 2;

/**
 * A script that does as a step's text says: what a click runs, in the text's order; undefined where there is
 * nothing. What the text later interrupts, or leaves alone in its terminal, goes on beside the rest.
 */
export function solutionScript(commands: readonly PageCommand[], folder: string): string | undefined {
  if (commands.length === 0) return undefined;
  const lines = commands.map(({ code }, place) =>
    isLeft(commands, place) ? `(\n${code}\n) &\nsleep ${HEAD_START}` : code,
  );
  // What a text runs may end with any code.
  return hiddenScript(`${lines.join('\n')}\ntrue\n`, folder);
}

function isLeft(commands: readonly PageCommand[], place: number): boolean {
  const terminal = terminalOf(commands[place]);
  const next = commands[place + 1];
  const here = commands.slice(place + 1).find((command) => terminalOf(command) === terminal);
  return here ? here.interrupt : next !== undefined && terminalOf(next) !== terminal;
}

function terminalOf(command: PageCommand | undefined): number {
  return command?.terminal ?? 1;
}
