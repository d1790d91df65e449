import type { Terminal } from '@xterm/xterm';
import { INTERRUPT } from './early-input.ts';
import { BRACKETS } from './pasted-text.ts';

/** Private mode in which programs get what is pasted in brackets. */
const BRACKETED_PASTE = 2004;

/** How long a program that was interrupted has to say that it reads anew, and how often is looked, in milliseconds. */
const READS_ANEW_MS = 2_000;
const LOOK_EVERY_MS = 20;

/** From the end of brackets to the Ctrl+C that drops what they hold, in milliseconds: it would drop the end as well. */
const READS_END_MS = 300;

/**
 * Goes on after a Ctrl+C in the middle of brackets. A shell that hears it forgets what was pasted, and asks for brackets
 * anew; the end of the old ones would have it keep all. Bash asks twice then. Interrupted between two characters it asks
 * once, or not at all, and reads on in the old brackets: it hears the next Ctrl+C, that finds it with nothing left to read.
 * What takes Ctrl+C for text gets the end, and another one.
 */
export function createCutOff(emulator: Terminal, send: (text: string) => void): () => Promise<void> {
  let asked = 0;
  emulator.parser.registerCsiHandler({ prefix: '?', final: 'h' }, (modes) => {
    if (modes.includes(BRACKETED_PASTE)) asked += 1;
    return false;
  });

  /** Whether it asks for brackets so many times from now on, in time. */
  async function asks(times: number): Promise<boolean> {
    const enough = asked + times;
    for (let waited = 0; waited < READS_ANEW_MS; waited += LOOK_EVERY_MS) {
      await pause(LOOK_EVERY_MS);
      if (asked >= enough) return true;
    }
    return false;
  }

  return async () => {
    if (await asks(2)) return;
    send(INTERRUPT);
    if (await asks(1)) return;
    send(BRACKETS.end);
    await pause(READS_END_MS);
    send(INTERRUPT);
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
