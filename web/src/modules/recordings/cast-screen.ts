import { newEmulator } from '../terminal/new-emulator.ts';
import { readSize } from './cast.ts';
import type { Cast } from './cast.ts';

/** Written to the emulator at a time, in characters: between two, another place may be asked for. */
const WRITTEN_AT_ONCE = 256 * 1024;

/** Shows a recording in `place` as it was after any number of its events. Nothing that it prints is answered. */
export function showCast(place: HTMLElement, { rows, cols, events }: Cast) {
  const emulator = newEmulator();
  emulator.options.disableStdin = true;
  emulator.options.cursorBlink = false;
  emulator.open(place);
  // Nobody types here: keys go on to the page, and Tab passes it by.
  emulator.attachCustomKeyEventHandler(() => false);
  emulator.textarea?.setAttribute('tabindex', '-1');
  emulator.resize(cols, rows);
  let drawn = 0;
  let wanted = 0;
  let drawing = false;
  let gone = false;

  const isBehind = () => drawn !== wanted && !gone;
  const write = (text: string) => new Promise<void>((resolve) => emulator.write(text, resolve));

  /** Up to the next new size, or as much as is written at once. */
  async function drawSome(): Promise<void> {
    let text = '';
    for (; drawn < wanted && text.length < WRITTEN_AT_ONCE; drawn++) {
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
    while (isBehind()) {
      if (drawn > wanted) {
        emulator.reset();
        emulator.resize(cols, rows);
        drawn = 0;
      }
      await drawSome();
    }
    drawing = false;
  }

  return {
    /** Shows it as it was after so many events. */
    show(count: number): void {
      wanted = count;
      void draw();
    },
    close(): void {
      gone = true;
      emulator.dispose();
    },
  };
}
