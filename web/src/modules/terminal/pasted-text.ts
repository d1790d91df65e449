import type { Terminal } from '@xterm/xterm';

/** Escape sequences around pasted text, for programs in bracketed paste mode. */
export const BRACKETS = { begin: '\u001b[200~', end: '\u001b[201~' } as const;

/**
 * Control characters except tabs and line ends. An escape sequence or a Ctrl+C in the text could end the bracketed
 * paste early, and the rest would run as commands.
 */
// oxlint-disable-next-line no-control-regex -- the pattern matches control characters.
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;

/** Returns the input that a paste sends. Line ends become carriage returns, as the Enter key sends. */
export function pastedText(text: string): string {
  return text.replace(/\r?\n/g, '\r').replace(CONTROLS, '');
}

/** Counts the lines that a shell without bracketed paste would run. A final line end does not add a line. */
export function pastedLines(pasted: string): number {
  return pasted.replace(/\r+$/, '').split('\r').length;
}

/** Asks whether to paste several lines into a program that reads each line separately. */
export interface PasteQuestion {
  text: string;
  lines: number;
  answer: (yes: boolean) => void;
}

/** Handles paste events of the terminal in `container`. The emulator would send the text unfiltered. */
export function handlePastes(
  container: HTMLElement,
  emulator: Terminal,
  on: {
    paste: (text: string, bracketed: boolean) => void;
    ask: (question: PasteQuestion) => void;
  },
): void {
  function paste(text: string): void {
    emulator.scrollToBottom();
    emulator.clearSelection();
    on.paste(text, emulator.modes.bracketedPasteMode);
  }

  container.addEventListener(
    'paste',
    (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (emulator.options.disableStdin) return;
      const text = pastedText(event.clipboardData?.getData('text/plain') ?? '');
      const lines = pastedLines(text);
      if (lines === 1 || emulator.modes.bracketedPasteMode) paste(text);
      else {
        const answer = (yes: boolean) => {
          if (yes) paste(text);
          emulator.focus();
        };
        on.ask({ text, lines, answer });
      }
    },
    { capture: true },
  );
}
