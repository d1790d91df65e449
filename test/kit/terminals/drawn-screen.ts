import headless from '@xterm/headless';
import type { IBuffer, IBufferLine } from '@xterm/headless';
import { showEmoji } from '../../../src/domains/terminals/snapshots/emulator.ts';
import {
  HAS_EXTENDED,
  internalsOf,
  UNDERLINE,
} from '../../../src/domains/terminals/snapshots/xterm-internals.ts';
import type {
  Cell,
  Internals,
  ScreenState,
} from '../../../src/domains/terminals/snapshots/xterm-internals.ts';

/** More than a snapshot keeps, as in the web app's terminal. */
const SCROLLBACK = 5_000;

export type DrawnScreen = Awaited<ReturnType<typeof drawnScreen>>;

/**
 * Everything that a terminal shows or that affects later output, after these bytes, for comparisons. `lines` limits the
 * lines above the screen. The terminal's answers to queries are `answers`.
 */
export async function drawnScreen(
  bytes: Uint8Array | string,
  { rows, cols, lines = 1_000 }: { rows: number; cols: number; lines?: number },
) {
  const terminal = new headless.Terminal({
    rows,
    cols,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
    logLevel: 'off',
  });
  showEmoji(terminal);
  let title = '';
  const answers: string[] = [];
  terminal.onTitleChange((text) => (title = text));
  terminal.onData((text) => answers.push(text));
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  const core = internalsOf(terminal);
  const { active, normal, alternate } = terminal.buffer;
  const { buffers } = core._bufferService;
  const onAlternate = active.type === 'alternate';
  const state = onAlternate ? buffers.alt : buffers.normal;
  const links = core._oscLinkService;
  const { synchronizedOutputMode: _, ...modes } = terminal.modes;
  const screen = {
    title,
    answers,
    type: active.type,
    normal: linesOf(normal, { from: normal.baseY - lines, links }),
    alternate: onAlternate ? linesOf(alternate, { from: 0, links }) : [],
    cursor: [active.cursorX, active.cursorY],
    saved: savedCursor(buffers.normal, normal.baseY, { rows, cols, links }),
    savedOnAlternate: onAlternate ? savedCursor(buffers.alt, alternate.baseY, { rows, cols, links }) : [],
    region: [state.scrollTop, state.scrollBottom],
    regionOfNormal: [buffers.normal.scrollTop, buffers.normal.scrollBottom],
    tabs: Array.from({ length: cols }, (_, col) => Boolean(state.tabs[col])),
    pen: attributesOf(core._inputHandler._curAttrData, links),
    modes,
    mouse: core.coreMouseService.activeEncoding,
    hidden: core.coreService.isCursorHidden,
    style: core.coreService.decPrivateModes.cursorStyle,
    lineFeedReturns: terminal.options.convertEol,
    shift: core._charsetService.glevel,
    charset: core._charsetService.charset?.['q'],
  };
  terminal.dispose();
  return screen;
}

function linesOf(
  buffer: IBuffer,
  { from, links }: { from: number; links: Internals['_oscLinkService'] },
): string[] {
  const lines: string[] = [];
  for (let row = Math.max(0, from); row < buffer.length; row++) {
    const line = buffer.getLine(row);
    if (!line) continue;
    let text = '';
    let before = '';
    for (let col = 0; col < line.length; col++) {
      const cell = line.getCell(col) as Cell;
      const attributes = attributesOf(cell, links);
      // Only differences are written, because people read the lines of a failed test.
      if (attributes !== before) text += `{${attributes}}`;
      before = attributes;
      text += charsOf(line, col);
    }
    // The first kept line cannot continue an earlier one.
    lines.push(`${line.isWrapped && lines.length > 0 ? '↳' : ' '}${text}`);
  }
  return lines;
}

/** The content of a cell. Half of a wide character without its other half shows nothing. */
function charsOf(line: IBufferLine, col: number): string {
  const [before, cell, after] = [col - 1, col, col + 1].map((at) => line.getCell(at));
  const width = cell?.getWidth();
  if (width === 0) return before?.getWidth() === 2 ? '' : ' ';
  if (width === 2 && after?.getWidth() !== 0) return ' ';
  return cell?.getChars() || ' ';
}

function attributesOf(
  { fg, bg, extended }: Pick<Cell, 'fg' | 'bg' | 'extended'>,
  links: Internals['_oscLinkService'],
): string {
  const isExtended = (bg & HAS_EXTENDED) !== 0;
  const link = isExtended ? (links.getLinkData(extended.urlId)?.uri ?? '') : '';
  const style = isExtended ? extended.underlineStyle : 1;
  const underline = fg & UNDERLINE && style > 0 ? `_${style}` : '';
  const underlineColour = underline && isExtended ? colourOf(extended.underlineColor) : '';
  const flags = ((fg & FLAGS & ~UNDERLINE) >>> 0).toString(16) + ((bg & FLAGS & ~UNDRAWN) >>> 0).toString(16);
  const described = `${flags}/${colourOf(fg)}/${colourOf(bg)}${underline}${underlineColour}${link}`;
  return described === '00//' ? '' : described;
}

// How xterm.js packs attributes.
const FLAGS = 0xfc000000;
/** Flags for attributes stored elsewhere, and for protection from selective erasing. */
const UNDRAWN = 0x30000000;

/** The colour without bits that its kind does not use. */
function colourOf(packed: number): string {
  const kind = (packed >>> 24) & 3;
  if (kind === 0) return '';
  return `${'-pPr'[kind]}${(packed & (kind === 3 ? 0xffffff : 0xff)).toString(16)}`;
}

/** The saved cursor position and pen. xterm.js saves no more than this. */
function savedCursor(
  state: ScreenState,
  baseY: number,
  { rows, cols, links }: { rows: number; cols: number; links: Internals['_oscLinkService'] },
): unknown[] {
  const { fg, bg, extended } = state.savedCurAttrData;
  return [
    Math.min(state.savedX, cols - 1),
    Math.min(Math.max(0, state.savedY - baseY), rows - 1),
    attributesOf({ fg, bg: bg & ~HAS_EXTENDED, extended }, links),
  ];
}
