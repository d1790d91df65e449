import type { Terminal } from '@xterm/xterm';
import { INTERRUPT } from './early-input.ts';
import { BRACKETS } from './pasted-text.ts';

/** Private mode in which programs get what is pasted in brackets. */
const BRACKETED_PASTE = 2004;

/** How long a program that was interrupted has to say that it reads anew, and how often is looked, in milliseconds. */
const READS_ANEW_MS = 1_000;
const LOOK_EVERY_MS = 20;

/** From the end of brackets to the Ctrl+C that drops what they hold, in milliseconds: it would drop the end as well. */
const READS_END_MS = 300;

/**
 * Goes on after a Ctrl+C in the middle of brackets. A shell that hears it forgets what was pasted, and asks for brackets
 * anew; the end of the old ones would have it keep all. What takes Ctrl+C for text, or was too busy to hear it, gets the
 * end, and another one.
 */
export function createCutOff(emulator: Terminal, send: (text: string) => void): () => Promise<void> {
  let asked = 0;
  emulator.parser.registerCsiHandler({ prefix: '?', final: 'h' }, (modes) => {
    if (modes.includes(BRACKETED_PASTE)) asked += 1;
    return false;
  });

  async function readsAnew(): Promise<boolean> {
    const before = asked;
    for (let waited = 0; waited < READS_ANEW_MS; waited += LOOK_EVERY_MS) {
      await pause(LOOK_EVERY_MS);
      if (asked > before) return true;
    }
    return false;
  }

  return async () => {
    if (await readsAnew()) return;
    send(BRACKETS.end);
    await pause(READS_END_MS);
    send(INTERRUPT);
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
