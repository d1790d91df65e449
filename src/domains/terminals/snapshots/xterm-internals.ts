/*
 * The private members of xterm.js that snapshots read. Only this file and its importers in this folder know them.
 *
 * The API of @xterm/headless 6.0 has no saved cursor, scroll region, tab stops, character sets, links, underline styles
 * and colours, attributes of the next text, visibility and style of the cursor, and encoding of the mouse.
 * @xterm/addon-serialize 0.14 does not restore them either: it reads only `_curAttrData`, which is private too. Of the
 * fifteen screens in the tests of snapshots, it changes ten.
 *
 * package.json pins the version of @xterm/headless. If another version has other names, the tests of snapshots fail.
 */
import type { IBufferCell, Terminal } from '@xterm/headless';

/** Attributes of a cell, or of text to be printed, as xterm.js packs them. */
export interface Attributes {
  fg: number;
  bg: number;
  extended: { ext: number; urlId: number; underlineStyle: number; underlineColor: number };
}

export type Cell = IBufferCell & Attributes;

export type Charset = Record<string, string> | undefined;

/** State of one of the two screens. */
export interface ScreenState {
  scrollTop: number;
  scrollBottom: number;
  savedX: number;
  /** The row in the whole buffer. */
  savedY: number;
  savedCurAttrData: Attributes;
  savedCharset: Charset;
  tabs: Record<number, boolean | undefined>;
}

/** State of a terminal. */
export interface Internals {
  _inputHandler: {
    _curAttrData: Attributes;
    _parser: { currentState: number };
    eraseInDisplay(params: { params: number[] }): boolean;
  };
  _charsetService: { charset: Charset; glevel: number; _charsets: Charset[] };
  _oscLinkService: { getLinkData(id: number): { uri: string; id?: string } | undefined };
  _bufferService: { buffers: { normal: ScreenState; alt: ScreenState } };
  coreService: {
    isCursorHidden: boolean;
    decPrivateModes: { cursorStyle?: 'block' | 'underline' | 'bar'; cursorBlink?: boolean };
  };
  coreMouseService: { activeEncoding: string };
}

/** Returns the private state of a terminal. */
export function internalsOf(terminal: Terminal): Internals {
  return (terminal as unknown as { _core: Internals })._core;
}

// How xterm.js packs attributes: common/buffer/Constants.ts there.
export const COLOUR_MODE = 0x3000000;
export const COLOUR = 0xffffff;
export const PALETTE_16 = 0x1000000;
export const PALETTE_256 = 0x2000000;
export const RGB = 0x3000000;
/** Flag of `bg`: `extended` applies. */
export const HAS_EXTENDED = 0x10000000;
/** Flag of `fg`. */
export const UNDERLINE = 0x10000000;
/** Flags of `fg` and `bg` and their SGR codes. */
export const fgFlags = [
  [0x8000000, 1],
  [0x20000000, 5],
  [0x4000000, 7],
  [0x40000000, 8],
  [0x80000000, 9],
] as const;
export const bgFlags = [
  [0x8000000, 2],
  [0x4000000, 3],
  [0x40000000, 53],
] as const;
