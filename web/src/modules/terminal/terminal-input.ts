import type { Terminal } from '@xterm/xterm';
import { composeInput } from './compose-input.ts';
import { createPasteQueue } from './paste-queue.ts';
import type { InputTarget, PasteProgress } from './paste-queue.ts';
import { handlePastes } from './pasted-text.ts';
import type { PasteQuestion } from './pasted-text.ts';

/** Events for the user about pasted input. */
export interface InputEvents {
  /** Called with undefined once everything is sent. */
  onPasting: (progress: PasteProgress | undefined) => void;
  onPasteQuestion: (question: PasteQuestion) => void;
}

/** Sends everything typed, composed and pasted in an open emulator to `target`. */
export function connectInput(
  container: HTMLElement,
  emulator: Terminal,
  target: InputTarget,
  events: InputEvents,
) {
  const queue = createPasteQueue(target, {
    onProgress: events.onPasting,
    answered: createAnswerWait(emulator),
  });
  restoreCaret(container, emulator);
  handlePastes(container, emulator, { paste: queue.paste, ask: events.onPasteQuestion });
  composeInput(container, emulator, queue.input);
  reserveKeys(emulator);
  emulator.onData(queue.input);
  emulator.loadAddon({ activate: () => {}, dispose: markFocusByKey(container) });
  return queue;
}

/** Longest time between Escape and Tab, in milliseconds. After it, the shell gets the Tab. */
const LEAVE_MS = 2_000;

/**
 * Reserves keys for the page. After Escape, Tab leaves the terminal, so that keyboard users are not trapped in it. In a
 * read-only terminal Tab always leaves. Ctrl+Shift+C copies the selection.
 */
function reserveKeys(terminal: Terminal): void {
  let escapedAt = -Infinity;
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown' || event.key === 'Shift') return true;
    const escaped = event.timeStamp - escapedAt < LEAVE_MS;
    escapedAt = event.key === 'Escape' ? event.timeStamp : -Infinity;
    if (event.key === 'Tab' && (escaped || terminal.options.disableStdin)) return false;
    if (event.code === 'KeyC' && event.ctrlKey && event.shiftKey) {
      event.preventDefault();
      // Pages over plain HTTP have no Clipboard API.
      if (terminal.hasSelection()) document.execCommand('copy');
      return false;
    }
    return true;
  });
}

/**
 * Restores the caret of the emulator's text field before each key. After a dialog, Chromium focuses the field without
 * its caret: Space would scroll the page, and composed text would be lost.
 */
function restoreCaret(container: HTMLElement, { textarea }: Terminal): void {
  container.addEventListener(
    'keydown',
    ({ target, ctrlKey, metaKey }) => {
      if (!textarea || target !== textarea || ctrlKey || metaKey) return;
      const { anchorNode = null } = document.getSelection() ?? {};
      if (container.contains(anchorNode)) return;
      const end = textarea.value.length;
      textarea.setSelectionRange(end, end);
    },
    { capture: true },
  );
}

/** Marks `container` while it has the focus by the Tab key, for styles. Returns a function that stops this. */
function markFocusByKey(container: HTMLElement): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  let key = false;
  document.addEventListener('keydown', ({ key: name }) => (key = name === 'Tab'), { capture: true, signal });
  document.addEventListener('pointerdown', () => (key = false), { capture: true, signal });
  container.addEventListener('focusin', () => container.toggleAttribute('data-by-key', key), { signal });
  container.addEventListener('focusout', () => container.removeAttribute('data-by-key'), { signal });
  return () => stopping.abort();
}

/** After this time without output, a program has processed its input. In milliseconds. */
const QUIET_MS = 150;

/** Longest wait for the first output, in milliseconds. */
const FIRST_OUTPUT_MS = 2_000;

/** Longest wait in total, in milliseconds: a shell echoes all of a long paste. */
const LIMIT_MS = 10_000;

const POLL_MS = 20;

/**
 * Waits until the program in the terminal has answered the last input and prints nothing more. Acknowledgements of the
 * service are not enough: `sudo` and `ssh` put another terminal between the machine and the program.
 */
function createAnswerWait(emulator: Terminal): () => Promise<void> {
  let outputAt = 0;
  emulator.onWriteParsed(() => (outputAt = performance.now()));

  return async () => {
    const start = performance.now();
    const isDone = (now: number) =>
      outputAt > start ? now - outputAt >= QUIET_MS : now - start >= FIRST_OUTPUT_MS;
    for (let now = start; now - start < LIMIT_MS && !isDone(now); now = performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
}
