/** What became of a test file. */
export interface FileOutcome {
  file: string;
  milliseconds: number;
  passed: number;
  failed: number;
  leftOut: number;
  /** What failed, as it is to be read; undefined when all is well. */
  problems?: string;
}

/** What a process that runs tests sends when it wants the next file: what became of the last, if there was one. */
export interface FromShard {
  outcome: FileOutcome | undefined;
  wantsFile: true;
}

export function isFromShard(message: unknown): message is FromShard {
  return typeof message === 'object' && message !== null && 'wantsFile' in message;
}
