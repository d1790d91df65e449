import type { Terminal } from '@xterm/xterm';
import { pastedLines, pastedText } from './pasted-text.ts';

/** Several lines for a program that takes each for itself: whether to paste them. */
export interface PasteQuestion {
  text: string;
  lines: number;
  answer: (yes: boolean) => void;
}

/** Takes what is pasted into the terminal in `place`, instead of the emulator, which passes all on as it is. */
export function takePastes(
  place: HTMLElement,
  emulator: Terminal,
  take: {
    paste: (text: string, bracketed: boolean) => void;
    ask: (question: PasteQuestion) => void;
  },
): void {
  function paste(text: string): void {
    emulator.scrollToBottom();
    emulator.clearSelection();
    take.paste(text, emulator.modes.bracketedPasteMode);
  }

  place.addEventListener(
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
        take.ask({ text, lines, answer });
      }
    },
    { capture: true },
  );
}
