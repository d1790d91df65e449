import { createEmulator } from '../terminal/emulator.ts';
import { readSize } from './cast.ts';
import type { Cast } from './cast.ts';

/** Characters written to the emulator at once. The user can seek between two writes. */
const WRITE_SIZE = 256 * 1024;

/** Creates a screen in `element` that shows a recording. Terminal queries in the recording are not answered. */
export function createCastScreen(element: HTMLElement, { rows, cols, events }: Cast) {
  const emulator = createEmulator();
  emulator.options.disableStdin = true;
  emulator.options.cursorBlink = false;
  emulator.open(element);
  // A recording takes no input: the page gets all keys, and Tab skips the screen.
  emulator.attachCustomKeyEventHandler(() => false);
  emulator.textarea?.setAttribute('tabindex', '-1');
  emulator.resize(cols, rows);
  /** Number of events on the screen. */
  let drawn = 0;
  /** Number of events to show. */
  let target = 0;
  let drawing = false;
  let closed = false;

  const isOutdated = () => drawn !== target && !closed;
  const write = (text: string) => new Promise<void>((resolve) => emulator.write(text, resolve));

  /** Writes events up to the next change of size, at most WRITE_SIZE characters. */
  async function drawSome(): Promise<void> {
    let text = '';
    for (; drawn < target && text.length < WRITE_SIZE; drawn++) {
      const { code, data } = events[drawn] ?? { code: '', data: '' };
      if (code === 'o') text += data;
      const size = code === 'r' ? readSize(data) : undefined;
      if (!size) continue;
      await write(text);
      text = '';
      emulator.resize(size.cols, size.rows);
    }
    if (text !== '') await write(text);
  }

  async function draw(): Promise<void> {
    if (drawing) return;
    drawing = true;
    while (isOutdated()) {
      if (drawn > target) {
        emulator.reset();
        emulator.resize(cols, rows);
        drawn = 0;
      }
      await drawSome();
    }
    drawing = false;
  }

  return {
    /** Shows the terminal after the first `count` events. */
    show(count: number): void {
      target = count;
      void draw();
    },
    close(): void {
      closed = true;
      emulator.dispose();
    },
  };
}
