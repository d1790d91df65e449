import type { Terminal } from '@xterm/xterm';
import { composeInput } from './compose-input.ts';
import { createAnswerPause } from './answer-pause.ts';
import { markFocusByKey } from './focus-by-key.ts';
import { holdCaret } from './hold-caret.ts';
import { createPasteQueue } from './paste-queue.ts';
import type { InputPath, PasteProgress } from './paste-queue.ts';
import { takePastes } from './take-pastes.ts';
import type { PasteQuestion } from './take-pastes.ts';
import { keepKeys } from './terminal-keys.ts';

/** Questions and notices to the user of a terminal about what they type. */
export interface InputEvents {
  /** Undefined once all of it is sent. */
  onPasting: (progress: PasteProgress | undefined) => void;
  onPasteQuestion: (question: PasteQuestion) => void;
}

/** Takes all that is typed, composed and pasted into an open emulator. */
export function takeInput(place: HTMLElement, emulator: Terminal, path: InputPath, events: InputEvents) {
  const queue = createPasteQueue(path, {
    onProgress: events.onPasting,
    answered: createAnswerPause(emulator),
  });
  holdCaret(place, emulator);
  takePastes(place, emulator, { paste: queue.paste, ask: events.onPasteQuestion });
  composeInput(place, emulator, queue.input);
  keepKeys(emulator);
  emulator.onData(queue.input);
  emulator.loadAddon({ activate: () => {}, dispose: markFocusByKey(place) });
  return queue;
}
