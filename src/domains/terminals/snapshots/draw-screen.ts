import type { TerminalSize } from '../terminal.ts';
import { beginsInAlternate } from './begins-in-alternate.ts';
import { setCursor, setScreen } from './cursor.ts';
import { emulate, type Emulator, SCROLLBACK_LINES } from './emulator.ts';
import { drawLines } from './lines.ts';
import { setModes } from './modes.ts';
import { createPen } from './pen.ts';
import { fromSafePlace } from './safe-place.ts';
import { unfinished } from './unfinished.ts';

const ESC = '\x1b';

/**
 * Largest snapshot, in bytes: less than may wait for a client that reads slowly. Colours that change with each cell
 * take 40 a cell.
 */
const MAX_BYTES = 3 * 1024 * 1024;

/**
 * Bytes that draw, on a terminal of that size which was just reset, what `output` has drawn. The lines above the
 * screen are left out where all would be too large. `before` sets the modes in which `output` begins; where that
 * is not known, its screen is guessed.
 * @throws where the screen alone is
 */
export async function drawScreen(
  output: Uint8Array,
  size: TerminalSize,
  before?: Uint8Array,
): Promise<Buffer> {
  const safe = fromSafePlace(output);
  const begun = before ?? Buffer.from(beginsInAlternate(safe) ? `${ESC}[?1047h` : '');
  const emulator = await emulate(Buffer.concat([begun, safe]), size);
  try {
    const drawn = joined(draw(emulator, SCROLLBACK_LINES)) ?? joined(draw(emulator, 0));
    if (drawn === undefined) throw new Error(`The screen takes more than ${MAX_BYTES} bytes to draw.`);
    const { currentState } = emulator.internals._inputHandler._parser;
    return Buffer.concat([Buffer.from(drawn), unfinished(Buffer.from(safe), currentState)]);
  } finally {
    emulator.terminal.dispose();
  }
}

function* draw(emulator: Emulator, scrollback: number): Generator<string> {
  const { terminal, internals } = emulator;
  const { rows, cols, buffer } = terminal;
  const { normal, alt } = internals._bufferService.buffers;
  const pen = createPen(internals._oscLinkService);
  const onAlternate = buffer.active.type === 'alternate';

  const from = Math.max(0, buffer.normal.baseY - scrollback);
  yield* drawLines(buffer.normal, { pen, cols, lines: { from, to: buffer.normal.baseY + rows } });
  yield pen.lay();
  yield* setScreen({ buffer: buffer.normal, state: normal, pen, rows, cols });
  if (onAlternate) {
    // 1049 would save the cursor once more.
    yield `${pen.lay()}${ESC}[?1047h${ESC}[H`;
    yield* drawLines(buffer.alternate, { pen, cols, lines: { from: 0, to: rows } });
    yield* setScreen({ buffer: buffer.alternate, state: alt, pen, rows, cols });
  }
  const shown = { buffer: buffer.active, state: onAlternate ? alt : normal, pen, rows, cols };
  yield* setCursor({ ...shown, terminal, attributes: internals._inputHandler._curAttrData });
  yield* setModes(emulator);
}

/** All of it, or undefined where that is too large. */
function joined(parts: Iterable<string>): string | undefined {
  let text = '';
  let bytes = 0;
  for (const part of parts) {
    text += part;
    bytes += Buffer.byteLength(part);
    if (bytes > MAX_BYTES) return undefined;
  }
  return text;
}
