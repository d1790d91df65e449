import type { Terminal } from '@xterm/xterm';

/** Key code of a key that an input method or an on-screen keyboard processes. */
const PROCESSED = 229;

/** Key codes that do not end a composition: Shift, Ctrl, Alt, CapsLock, Meta. */
const MODIFIERS: ReadonlySet<number> = new Set([16, 17, 18, 20, 91, 93, 224]);

/** Input for events of on-screen keyboards that have no key press, by `inputType`. */
const INPUT_BY_TYPE: Readonly<Record<string, string>> = {
  deleteContentBackward: '\u007f',
  insertLineBreak: '\r',
};

/**
 * Sends text composed by input methods. The emulator reads its text field too late: a key pressed immediately after
 * would arrive first, and some syllables would arrive twice.
 */
export function composeInput(container: HTMLElement, emulator: Terminal, type: (text: string) => void): void {
  const preview = container.querySelector<HTMLElement>('.composition-view');
  let composing = false;
  let composed = '';
  /** Composed text sent before the composition ended, because a key press ended it. */
  let sentEarly = '';
  /** Whether the input method processes the pressed key. */
  let processed = false;

  function show(text: string): void {
    if (!preview) return;
    preview.textContent = text;
    preview.classList.toggle('active', text !== '');
    positionPreview();
  }

  /** Moves the preview to the cursor, where the emulator keeps its text field. */
  function positionPreview(): void {
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
    handle: (event: HTMLElementEventMap[Name]) => boolean,
  ): void {
    container.addEventListener(name, (event) => handle(event) && event.stopPropagation(), { capture: true });
  }

  listen('compositionstart', () => {
    composing = true;
    composed = '';
    sentEarly = '';
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
    if (!sentEarly) send(data);
    else if (data.startsWith(sentEarly)) send(data.slice(sentEarly.length));
    return true;
  });

  listen('keydown', (event) => {
    // oxlint-disable-next-line typescript/no-deprecated -- nothing else identifies a key that the input method processes.
    const { keyCode, isComposing } = event;
    processed = keyCode === PROCESSED;
    // Some compositions end without an event, for example when the text field is cleared.
    composing &&= isComposing;
    if (processed) return true;
    if (!isComposing) sentEarly = '';
    else if (!MODIFIERS.has(keyCode) && !sentEarly) {
      // This key ends the composition, but the compositionend event follows later.
      sentEarly = composed;
      show('');
      send(sentEarly);
    }
    return false;
  });
  // The emulator sends key presses, so the input event must not send them again.
  listen('keypress', () => {
    processed = false;
    return false;
  });
  listen('input', (event) => {
    if (!(event instanceof InputEvent) || composing) return true;
    const { inputType, data } = event;
    if (sentEarly && data === sentEarly) {
      // The input method commits the text that was sent early.
      sentEarly = '';
      return true;
    }
    if (!processed) return false;
    if (inputType === 'insertText') send(data ?? '');
    else send(INPUT_BY_TYPE[inputType] ?? '');
    return true;
  });
  emulator.onCursorMove(positionPreview);
}
