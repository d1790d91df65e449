/** Identifies a control sequence: its final byte, and the bytes before and after its parameters. */
export interface ControlSequence {
  prefix?: string;
  intermediates?: string;
  final: string;
}

/** Queries that terminals answer: device attributes, reports, modes, version, keyboard. */
export const CSI_QUERIES: readonly ControlSequence[] = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
  { prefix: '?', final: 'u' },
];

/** Window operations (CSI … t) that terminals answer: states, sizes and titles. */
export const WINDOW_REPORTS: ReadonlySet<number> = new Set([11, 13, 14, 15, 16, 18, 19, 20, 21]);

/** DECRQSS and XTGETTCAP. */
export const DCS_QUERIES: readonly ControlSequence[] = [
  { intermediates: '$', final: 'q' },
  { intermediates: '+', final: 'q' },
];

/** Operating system commands that query a colour if they contain a question mark. */
export const OSC_COLOURS: readonly number[] = [4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

/** The operating system command that writes or reads the clipboard. */
export const OSC_CLIPBOARD = 52;
