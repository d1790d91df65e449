import type { TerminalSize } from '../terminal.ts';

/** What a drawing thread is told. */
export interface DrawingJob {
  output: Uint8Array<ArrayBuffer>;
  size: TerminalSize;
  /** Sets the modes in which `output` begins, where these are known. */
  before: Uint8Array | undefined;
}

/** What it answers: the snapshot, or why there is none. */
export type DrawingResult = { drawn: Uint8Array<ArrayBuffer> } | { problem: string };
