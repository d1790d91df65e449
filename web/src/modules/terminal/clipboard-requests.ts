import { clipboardText } from './clipboard-text.ts';
import type { ClipboardRule } from './terminal-settings.ts';

/** Shortest time between two texts that are put into the clipboard, and from an answer to the next question. */
const PAUSE_MS = 1_000;

/** A program wants to put a text into the clipboard. */
export interface ClipboardQuestion {
  text: string;
  answer: (answer: 'once' | ClipboardRule) => void;
}

export interface ClipboardAccess {
  rule: () => ClipboardRule;
  choose: (rule: ClipboardRule) => void;
  /** Undefined once it is answered. */
  ask: (question: ClipboardQuestion | undefined) => void;
  /** False where the browser does not let it. */
  write: (text: string, clicked: boolean) => Promise<boolean>;
}

/**
 * Puts into the clipboard what programs ask for by OSC 52, as far as the user allows. While a question
 * is open what others ask is dropped: what is allowed is what was shown.
 */
export function createClipboardRequests({ rule, choose, ask, write }: ClipboardAccess) {
  let asking = false;
  let pausing: ReturnType<typeof setTimeout> | undefined;
  /** The newest of what came in a pause. */
  let next: string | undefined;

  function pause(): void {
    pausing = setTimeout(() => {
      pausing = undefined;
      const request = next;
      next = undefined;
      if (request !== undefined) take(request);
    }, PAUSE_MS);
  }

  function take(request: string): void {
    if (asking || rule() === 'refuse') return;
    if (pausing !== undefined) {
      next = request;
      return;
    }
    const text = clipboardText(request);
    if (text === undefined) return;
    if (rule() === 'ask') question(text);
    else {
      pause();
      // Where the page has not the focus browsers ask for a click.
      void write(text, false).then((done) => done || question(text));
    }
  }

  function question(text: string): void {
    if (asking || rule() === 'refuse') return;
    asking = true;
    ask({
      text,
      answer(answer) {
        asking = false;
        ask(undefined);
        if (answer !== 'once') choose(answer);
        if (answer !== 'refuse') void write(text, true);
        if (pausing === undefined) pause();
      },
    });
  }

  return {
    take,
    stop() {
      clearTimeout(pausing);
    },
  };
}
