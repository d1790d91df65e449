import { CSI_QUERIES, DCS_QUERIES, OSC_CLIPBOARD, OSC_COLOURS, WINDOW_REPORTS } from './queries.ts';
import type { ControlSequence } from './queries.ts';

const ESC = 0x1b;
const BEL = 0x07;
const BACKSLASH = 0x5c;
const CAN = 0x18;
const SUB = 0x1a;

/** Longest sequence that is looked at, in bytes; what is longer asks nothing. */
const LONGEST = 256;

/** Ends of sequences: of CSI at their final byte, of strings at BEL or ST. */
type Kind = 'csi' | 'string';

/** After ESC: prefix, numbers, intermediates, final. */
const CSI = /^\[([<-?]?)([\d;:]*)([ -/]*)([@-~])$/;
const DCS = /^P([<-?]?)[\d;:]*([ -/]*)([@-~])/;
const OSC = /^\](\d+);/;
const CLIPBOARD = `]${OSC_CLIPBOARD};`;

/**
 * Takes out of a terminal's output what a terminal answers, and what sets the clipboard, for terminals that can
 * not be told to keep silent: what was asked long ago would be answered to whatever runs now. Keeps state over pieces.
 */
export function createQueryFilter() {
  /** A sequence that has begun. */
  let begun: number[] = [];
  let kind: Kind | undefined;
  /** Whether it goes, however long it is. */
  let dropping = false;
  let kept: number[] = [];

  function forget(): void {
    begun = [];
    kind = undefined;
    dropping = false;
  }

  function keep(): void {
    if (!dropping) kept.push(...begun);
    forget();
  }

  function begin(): void {
    keep();
    begun = [ESC];
  }

  function goOn(byte: number): void {
    begun.push(byte);
    if (begun.length === 2) {
      kind = kindOf(byte);
      if (kind === undefined) keep();
    } else if (kind === 'csi' ? endsCsi(byte) : endsString(begun)) {
      if (asks(begun)) forget();
      else keep();
    } else if (kind === 'string' && begun.length === CLIPBOARD.length + 1) {
      dropping = textOf(begun) === CLIPBOARD;
    } else if (dropping) {
      // All that is needed of it is its last byte.
      begun.splice(0, begun.length - 2);
    }
  }

  function take(byte: number): void {
    if (byte === CAN || byte === SUB || begun.length >= LONGEST) keep();
    if (kind === 'string' && begun.at(-1) === ESC && byte !== BACKSLASH) {
      // What looked like the end of the string was the begin of something else.
      begun.pop();
      begin();
    }
    if (byte === ESC && kind !== 'string') begin();
    else if (begun.length === 0) kept.push(byte);
    else goOn(byte);
  }

  return {
    /** The piece without queries. A sequence that has only begun is held back. */
    filter(bytes: Uint8Array): Uint8Array {
      kept = [];
      for (const byte of bytes) take(byte);
      return Uint8Array.from(kept);
    },

    /** What was held back: the past is over. */
    rest(): Uint8Array {
      kept = [];
      keep();
      return Uint8Array.from(kept);
    },
  };
}

function endsCsi(byte: number): boolean {
  return byte >= 0x40 && byte <= 0x7e;
}

function endsString(sequence: readonly number[]): boolean {
  return sequence.at(-1) === BEL || (sequence.at(-1) === BACKSLASH && sequence.at(-2) === ESC);
}

function kindOf(introducer: number): Kind | undefined {
  if (introducer === 0x5b) return 'csi';
  // OSC and DCS.
  return introducer === 0x5d || introducer === 0x50 ? 'string' : undefined;
}

function textOf(sequence: readonly number[]): string {
  return String.fromCharCode(...sequence.slice(1));
}

function asks(sequence: readonly number[]): boolean {
  const text = textOf(sequence);
  const csi = CSI.exec(text);
  if (csi) {
    const [, prefix = '', numbers = '', intermediates = '', final = ''] = csi;
    if (final === 't') return WINDOW_REPORTS.has(Number.parseInt(numbers, 10));
    return isOf(CSI_QUERIES, { prefix, intermediates, final });
  }
  const dcs = DCS.exec(text);
  if (dcs) {
    const [, prefix = '', intermediates = '', final = ''] = dcs;
    return isOf(DCS_QUERIES, { prefix, intermediates, final });
  }
  return OSC_COLOURS.includes(Number(OSC.exec(text)?.[1])) && text.includes('?');
}

function isOf(list: readonly ControlSequence[], sequence: Required<ControlSequence>): boolean {
  return list.some(
    ({ prefix = '', intermediates = '', final }) =>
      prefix === sequence.prefix && intermediates === sequence.intermediates && final === sequence.final,
  );
}
