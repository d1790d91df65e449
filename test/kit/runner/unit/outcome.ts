/** The result of a test file. */
export interface FileOutcome {
  file: string;
  milliseconds: number;
  passed: number;
  failed: number;
  leftOut: number;
  /** Readable failures, or undefined if everything passed. */
  problems?: string;
}

/** Sent by a process that runs tests when it wants the next file, with the result of the last, if any. */
export interface FromShard {
  outcome: FileOutcome | undefined;
  wantsFile: true;
}

export function isFromShard(message: unknown): message is FromShard {
  return typeof message === 'object' && message !== null && 'wantsFile' in message;
}
