const ESC = 0x1b;
const BEL = 0x07;
const BACKSLASH = 0x5c;
const CAN = 0x18;
const SUB = 0x1a;

/** Longest sequence that is looked at, in bytes; what is longer asks nothing. */
const LONGEST = 256;

/** Ends of sequences: of CSI at their final byte, of strings at BEL or ST. */
type Kind = 'csi' | 'string';

/** All after ESC: device attributes, reports, modes, version, keyboard; window operations that are answered. */
const CSI_QUERY =
  /^\[(?:[>=]?[\d;]*c|\??[\d;]*n|\??[\d;]*\$p|>[\d;]*q|\?[\d;]*u|(?:1[1345689]|2[01])[\d;]*t)$/;
/** Colours, and what DECRQSS and XTGETTCAP ask. */
const STRING_QUERY = /^(?:\](?:4|1[0-9]);.*\?|P[\d;]*[$+]q)/s;

/**
 * Takes out of a terminal's output what a terminal answers, for terminals that can not be told to keep silent:
 * what was asked long ago would be answered to whatever runs now. Keeps state over pieces.
 */
export function createQueryFilter() {
  /** A sequence that has begun. */
  let begun: number[] = [];
  let kind: Kind | undefined;
  let kept: number[] = [];

  function forget(): void {
    begun = [];
    kind = undefined;
  }

  function keep(): void {
    kept.push(...begun);
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

function asks(sequence: readonly number[]): boolean {
  const text = String.fromCharCode(...sequence.slice(1));
  return CSI_QUERY.test(text) || STRING_QUERY.test(text);
}
