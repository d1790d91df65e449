import type { Attributes, Internals } from './emulator.ts';

const ESC = '\x1b';

/** Longest address of a link, in characters, that is drawn again: browsers take no more. */
const MAX_LINK_LENGTH = 2_083;

// How xterm.js packs attributes: common/buffer/Constants.ts there.
const COLOUR_MODE = 0x3000000;
const COLOUR = 0xffffff;
const PALETTE_16 = 0x1000000;
const PALETTE_256 = 0x2000000;
const RGB = 0x3000000;
const HAS_EXTENDED = 0x10000000;
const UNDERLINE = 0x10000000;
/** Attributes of `fg` and `bg` that have a number of their own in SGR. */
const fgFlags = [
  [0x8000000, 1],
  [0x20000000, 5],
  [0x4000000, 7],
  [0x40000000, 8],
  [0x80000000, 9],
] as const;
const bgFlags = [
  [0x8000000, 2],
  [0x4000000, 3],
  [0x40000000, 53],
] as const;

/** Says what the terminal prints with, as briefly as what came before allows. */
export function createPen(links: Internals['_oscLinkService']) {
  let fg = 0;
  let bg = 0;
  let ext = 0;
  let link = 0;

  function take(next: Attributes): string {
    const extended = (next.bg & HAS_EXTENDED) !== 0;
    const nextExt = extended ? next.extended.ext : 0;
    const nextLink = extended ? next.extended.urlId : 0;
    if (next.fg === fg && next.bg === bg && nextExt === ext && nextLink === link) return '';
    const closing = link === 0 ? '' : `${ESC}]8;;${ESC}\\`;
    ({ fg, bg } = next);
    ext = nextExt;
    link = nextLink;
    return `${closing}${ESC}[${sgr(next, extended)}m${opening(links, link)}`;
  }

  return {
    take,
    /** Takes what was saved with a cursor: xterm.js saves no more than these. */
    takeSaved: ({ fg, bg }: Attributes) => take({ ...PLAIN, fg, bg: bg & ~HAS_EXTENDED }),
    /** Back to how a terminal begins. */
    lay: () => take(PLAIN),
  };
}

export type Pen = ReturnType<typeof createPen>;

const PLAIN: Attributes = {
  fg: 0,
  bg: 0,
  extended: { ext: 0, urlId: 0, underlineStyle: 0, underlineColor: 0 },
};

/** Whether erasing leaves such attributes: a background at most. */
export function erased({ fg, bg }: Attributes): boolean {
  return fg === 0 && colour(bg) === bg;
}

function colour(packed: number): number {
  return packed & (COLOUR_MODE | COLOUR);
}

/** The colour of underlines to come, which the pen has also while it makes none. */
export function underlineColour({ fg, extended }: Attributes): string {
  if (fg & UNDERLINE) return '';
  const codes = colourCodes(extended.underlineColor, { basic: 0, other: 58 });
  return codes.length === 0 ? '' : `${ESC}[${codes.join(';')}m`;
}

function sgr({ fg, bg, extended }: Attributes, isExtended: boolean): string {
  const codes: (number | string)[] = [0];
  for (const [flag, code] of fgFlags) if (fg & flag) codes.push(code);
  for (const [flag, code] of bgFlags) if (bg & flag) codes.push(code);
  if (isExtended) codes.push(...colourCodes(extended.underlineColor, { basic: 0, other: 58 }));
  if (fg & UNDERLINE) codes.push(isExtended ? `4:${extended.underlineStyle}` : 4);
  codes.push(...colourCodes(fg, { basic: 30, other: 38 }), ...colourCodes(bg, { basic: 40, other: 48 }));
  return codes.join(';');
}

function colourCodes(packed: number, codes: { basic: number; other: number }): number[] {
  const value = packed & COLOUR;
  switch (packed & COLOUR_MODE) {
    case PALETTE_16:
      return [codes.basic + (value & 7) + (value & 8 ? 60 : 0)];
    case PALETTE_256:
      return [codes.other, 5, value & 0xff];
    case RGB:
      return [codes.other, 2, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
    default:
      return [];
  }
}

/** Opens the link, unless its address could end the sequence that holds it. */
function opening(links: Internals['_oscLinkService'], link: number): string {
  const data = link === 0 ? undefined : links.getLinkData(link);
  if (!data || data.uri.length > MAX_LINK_LENGTH || !/^[\x20-\x7e]+$/.test(data.uri)) return '';
  const id = data.id !== undefined && /^[\w.-]{1,250}$/.test(data.id) ? `id=${data.id}` : '';
  return `${ESC}]8;${id};${data.uri}${ESC}\\`;
}
