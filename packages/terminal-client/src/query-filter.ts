import { CSI_QUERIES, DCS_QUERIES, OSC_CLIPBOARD, OSC_COLOURS, WINDOW_REPORTS } from './queries.ts';
import type { ControlSequence } from './queries.ts';

const ESC = 0x1b;
const BEL = 0x07;
const BACKSLASH = 0x5c;
const CAN = 0x18;
const SUB = 0x1a;

/** Longest sequence that is checked, in bytes. Queries are shorter. */
const MAX_SEQUENCE = 256;

/** Kind of a sequence: CSI ends at its final byte, a string at BEL or ST. */
type Kind = 'csi' | 'string';

/** After ESC: prefix, numbers, intermediates, final. */
const CSI = /^\[([<-?]?)([\d;:]*)([ -/]*)([@-~])$/;
const DCS = /^P([<-?]?)[\d;:]*([ -/]*)([@-~])/;
const OSC = /^\](\d+);/;
const CLIPBOARD = `]${OSC_CLIPBOARD};`;

/**
 * Removes queries and clipboard commands from replayed output, for terminals that always answer. The program that runs
 * now would receive the answers as input. The filter keeps its state between pieces.
 */
export function createQueryFilter() {
  /** The bytes of an unfinished sequence. */
  let sequence: number[] = [];
  let kind: Kind | undefined;
  /** Whether the sequence is dropped at any length. */
  let dropping = false;
  let kept: number[] = [];

  function forget(): void {
    sequence = [];
    kind = undefined;
    dropping = false;
  }

  function keep(): void {
    if (!dropping) kept.push(...sequence);
    forget();
  }

  function startSequence(): void {
    keep();
    sequence = [ESC];
  }

  function addByte(byte: number): void {
    sequence.push(byte);
    if (sequence.length === 2) {
      kind = kindOf(byte);
      if (kind === undefined) keep();
    } else if (kind === 'csi' ? endsCsi(byte) : endsString(sequence)) {
      if (isQuery(sequence)) forget();
      else keep();
    } else if (kind === 'string' && sequence.length === CLIPBOARD.length + 1) {
      dropping = textOf(sequence) === CLIPBOARD;
    } else if (dropping) {
      // Only the last bytes are needed to find the end.
      sequence.splice(0, sequence.length - 2);
    }
  }

  function take(byte: number): void {
    if (byte === CAN || byte === SUB || sequence.length >= MAX_SEQUENCE) keep();
    if (kind === 'string' && sequence.at(-1) === ESC && byte !== BACKSLASH) {
      // The ESC did not end the string, but started another sequence.
      sequence.pop();
      startSequence();
    }
    if (byte === ESC && kind !== 'string') startSequence();
    else if (sequence.length === 0) kept.push(byte);
    else addByte(byte);
  }

  return {
    /** Returns a piece without queries. An unfinished sequence is held back. */
    filter(bytes: Uint8Array): Uint8Array {
      kept = [];
      for (const byte of bytes) take(byte);
      return Uint8Array.from(kept);
    },

    /** Returns the bytes that were held back, after the replayed output. */
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

function isQuery(sequence: readonly number[]): boolean {
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
