import { drawsLines } from './charset.ts';
import type { Emulator } from './emulator.ts';

const ESC = '\x1b';

/** Longest title that is set again, in UTF-16 units: nobody reads more of it. */
const MAX_TITLE_LENGTH = 500;

const mouseModes = { none: '', x10: '9', vt200: '1000', drag: '1002', any: '1003' } as const;
const mouseEncodings: Record<string, string> = { SGR: '1006', SGR_PIXELS: '1016' };
const cursorStyles = { block: 2, underline: 4, bar: 6 } as const;

/**
 * Sets the modes that stay after the screen was drawn. Not the one that holds drawing back (2026): what
 * the program draws until it ends that is told by its next bytes.
 */
export function* setModes({ terminal, internals, title }: Emulator): Generator<string> {
  const { modes } = terminal;
  const decset = [
    modes.applicationCursorKeysMode ? '1' : '',
    modes.applicationKeypadMode ? '66' : '',
    modes.bracketedPasteMode ? '2004' : '',
    modes.reverseWraparoundMode ? '45' : '',
    modes.sendFocusMode ? '1004' : '',
    mouseModes[modes.mouseTrackingMode],
    mouseEncodings[internals.coreMouseService.activeEncoding] ?? '',
  ].filter((mode) => mode !== '');
  for (const mode of decset) yield `${ESC}[?${mode}h`;
  if (modes.insertMode) yield `${ESC}[4h`;
  if (terminal.options.convertEol) yield `${ESC}[20h`;
  if (!modes.wraparoundMode) yield `${ESC}[?7l`;
  if (internals.coreService.isCursorHidden) yield `${ESC}[?25l`;
  yield cursorStyle(internals);
  yield charsets(internals);
  // Control characters would end it, and half a character is none.
  const shown = title()
    .slice(0, MAX_TITLE_LENGTH)
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '');
  if (shown !== '') yield `${ESC}]2;${shown}${ESC}\\`;
}

function cursorStyle({ coreService }: Emulator['internals']): string {
  const { cursorStyle, cursorBlink } = coreService.decPrivateModes;
  if (!cursorStyle) return '';
  return `${ESC}[${cursorStyles[cursorStyle] - (cursorBlink ? 1 : 0)} q`;
}

function charsets({ _charsetService: service }: Emulator['internals']): string {
  const { glevel, charset, _charsets: slots } = service;
  const set = ['(', ')', '*', '+'].map((slot, level) =>
    // A restored cursor brings a set that its slot does not have.
    drawsLines(level === glevel ? charset : slots[level]) ? `${ESC}${slot}0` : '',
  );
  const shift = ['', '\x0e', `${ESC}n`, `${ESC}o`][glevel] ?? '';
  return set.join('') + shift;
}
