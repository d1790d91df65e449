/** The result of a test file. */
export interface FileOutcome {
  file: string;
  milliseconds: number;
  passed: number;
  failed: number;
  leftOut: number;
  /** Describes what failed; undefined if everything passed. */
  problems?: string;
}

/** Message of a process that runs tests: the result of the last file, if there was one, and a request for the next. */
export interface FromShard {
  outcome: FileOutcome | undefined;
  wantsFile: true;
}

export function isFromShard(message: unknown): message is FromShard {
  return typeof message === 'object' && message !== null && 'wantsFile' in message;
}
