import {
  bgFlags,
  COLOUR,
  COLOUR_MODE,
  fgFlags,
  HAS_EXTENDED,
  PALETTE_16,
  PALETTE_256,
  RGB,
  UNDERLINE,
} from './xterm-internals.ts';
import type { Attributes, Internals } from './xterm-internals.ts';

const ESC = '\x1b';

/** Longest restored link address, in characters: browsers accept no longer ones. */
const MAX_LINK_LENGTH = 2_083;

/** Creates a writer of SGR and link sequences that emits only changes of attributes. */
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
    /** Sets the attributes of a saved cursor: xterm.js saves only these two. */
    takeSaved: ({ fg, bg }: Attributes) => take({ ...PLAIN, fg, bg: bg & ~HAS_EXTENDED }),
    /** Resets all attributes. */
    reset: () => take(PLAIN),
  };
}

export type Pen = ReturnType<typeof createPen>;

const PLAIN: Attributes = {
  fg: 0,
  bg: 0,
  extended: { ext: 0, urlId: 0, underlineStyle: 0, underlineColor: 0 },
};

/** Returns whether an erased cell can have these attributes: only a background colour. */
export function erased({ fg, bg }: Attributes): boolean {
  return fg === 0 && colour(bg) === bg;
}

function colour(packed: number): number {
  return packed & (COLOUR_MODE | COLOUR);
}

/** Returns the sequence that sets the underline colour, which can be set without an underline. */
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

/** Returns the sequence that opens a link, unless its address could end the sequence. */
function opening(links: Internals['_oscLinkService'], link: number): string {
  const data = link === 0 ? undefined : links.getLinkData(link);
  if (!data || data.uri.length > MAX_LINK_LENGTH || !/^[\x20-\x7e]+$/.test(data.uri)) return '';
  const id = data.id !== undefined && /^[\w.-]{1,250}$/.test(data.id) ? `id=${data.id}` : '';
  return `${ESC}]8;${id};${data.uri}${ESC}\\`;
}
