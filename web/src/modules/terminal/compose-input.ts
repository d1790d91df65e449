import type { Terminal } from '@xterm/xterm';

/** Code of a key that an input method, or a keyboard on a screen, takes before the page does. */
const PROCESSED = 229;

/** Keys that end no composition: Shift, Ctrl, Alt, CapsLock, Meta. */
const MODIFIERS: ReadonlySet<number> = new Set([16, 17, 18, 20, 91, 93, 224]);

/** What input events type that no composition and no key press does. */
const TYPED: Readonly<Record<string, string>> = {
  deleteContentBackward: '\u007f',
  insertLineBreak: '\r',
};

/**
 * Types what input methods compose, instead of the emulator, which reads it from its text field a moment later:
 * a key that follows at once would then go before it, and some syllables come twice.
 */
export function composeInput(place: HTMLElement, emulator: Terminal, type: (text: string) => void): void {
  const preview = place.querySelector<HTMLElement>('.composition-view');
  let composing = false;
  let composed = '';
  /** Sent already, since a key came before the composition was ended by it. */
  let ahead = '';
  /** Whether the input method has the key that is down. */
  let processed = false;

  function show(text: string): void {
    if (!preview) return;
    preview.textContent = text;
    preview.classList.toggle('active', text !== '');
    placePreview();
  }

  /** Where the emulator keeps its text field: at the cursor. */
  function placePreview(): void {
    const { left, top, lineHeight } = emulator.textarea?.style ?? {};
    if (preview?.classList.contains('active'))
      Object.assign(preview.style, {
        left,
        top,
        lineHeight,
        fontFamily: emulator.options.fontFamily,
        fontSize: `${emulator.options.fontSize}px`,
      });
  }

  function send(text: string): void {
    if (!text || emulator.options.disableStdin) return;
    emulator.scrollToBottom();
    type(text);
  }

  function listen<Name extends keyof HTMLElementEventMap>(
    name: Name,
    hear: (event: HTMLElementEventMap[Name]) => boolean,
  ): void {
    place.addEventListener(name, (event) => hear(event) && event.stopPropagation(), { capture: true });
  }

  listen('compositionstart', () => {
    composing = true;
    composed = '';
    ahead = '';
    return true;
  });
  listen('compositionupdate', ({ data }) => {
    composed = data;
    show(data);
    return true;
  });
  listen('compositionend', ({ data }) => {
    composing = false;
    show('');
    if (!ahead) send(data);
    else if (data.startsWith(ahead)) send(data.slice(ahead.length));
    return true;
  });

  listen('keydown', (event) => {
    // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells a key that the input method took.
    const { keyCode, isComposing } = event;
    processed = keyCode === PROCESSED;
    // Some compositions end without a word, as when the text field is emptied.
    composing &&= isComposing;
    if (processed) return true;
    if (!isComposing) ahead = '';
    else if (!MODIFIERS.has(keyCode) && !ahead) {
      // It comes before the end of the composition that it makes.
      ahead = composed;
      show('');
      send(ahead);
    }
    return false;
  });
  // The emulator types what is pressed; no other event is to do so again.
  listen('keypress', () => {
    processed = false;
    return false;
  });
  listen('input', (event) => {
    if (!(event instanceof InputEvent) || composing) return true;
    const { inputType, data } = event;
    if (ahead && data === ahead) {
      // The input method commits what was sent.
      ahead = '';
      return true;
    }
    if (!processed) return false;
    if (inputType === 'insertText') send(data ?? '');
    else send(TYPED[inputType] ?? '');
    return true;
  });
  emulator.onCursorMove(placePreview);
}
