import type { ClipboardRule } from './terminal-settings.ts';

/** Shortest time between two writes to the clipboard, and between an answer and the next question. */
const PAUSE_MS = 1_000;

/** Asks the user whether a program may write to the clipboard. */
export interface ClipboardQuestion {
  text: string;
  answer: (answer: 'once' | ClipboardRule) => void;
}

interface ClipboardAccess {
  rule: () => ClipboardRule;
  choose: (rule: ClipboardRule) => void;
  /** Shows a question; undefined removes it. */
  ask: (question: ClipboardQuestion | undefined) => void;
  /** Writes to the clipboard. Resolves to false if the browser does not allow it. */
  write: (text: string, clicked: boolean) => Promise<boolean>;
}

/**
 * Handles programs' requests (OSC 52) to write to the clipboard, by the user's rule. While a question is open, other
 * requests are dropped, so that the user allows exactly the text that was shown.
 */
export function createClipboardRequests({ rule, choose, ask, write }: ClipboardAccess) {
  let asking = false;
  let pausing: ReturnType<typeof setTimeout> | undefined;
  /** The newest request that arrived during a pause. */
  let next: string | undefined;

  function pause(): void {
    pausing = setTimeout(() => {
      pausing = undefined;
      const request = next;
      next = undefined;
      if (request !== undefined) handle(request);
    }, PAUSE_MS);
  }

  function handle(request: string): void {
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
      // Without the focus, browsers allow the write only after a click.
      void write(text, false).then((written) => written || question(text));
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
    handle,
    stop() {
      clearTimeout(pausing);
    },
  };
}

/** Longest accepted request, in characters of base64. */
const MAX_REQUEST = 1_048_576;

/** Control characters except tabs and line feeds. The clipboard must contain only text. */
// oxlint-disable-next-line no-control-regex -- the pattern matches control characters.
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/**
 * Returns the text of an OSC 52 request. Returns undefined if the request reads the clipboard, which is never allowed,
 * sets only an X selection, or is not text.
 */
export function clipboardText(request: string): string | undefined {
  if (request.length > MAX_REQUEST) return undefined;
  const [, targets = '', data = ''] = /^([cpqs0-7]*);([A-Za-z0-9+/]+={0,2})$/.exec(request) ?? [];
  if (!data || (targets && !/[cs]/.test(targets))) return undefined;
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(CONTROLS, '') || undefined;
  } catch {
    return undefined;
  }
}

/** Control characters, direction marks, zero-width characters and line ends, which can disguise a text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Returns the first `limit` characters of an untrusted text, with a dot for each invisible one. */
export function plainPreview(text: string, limit: number): string {
  const [...characters] = text.slice(0, 2 * limit);
  const shown = characters.slice(0, limit).join('').replace(INVISIBLE, '·');
  return shown.length < text.length ? `${shown}…` : shown;
}
