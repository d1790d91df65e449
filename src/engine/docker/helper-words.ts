import type Docker from 'dockerode';
import { createDemultiplexer } from './exec/demultiplexer.ts';
import { call } from './faults.ts';

/** Enough of a helper's words to see why it failed; its log on the engine is bounded too. */
const MAX_WORDS = 2_000;

/** The end of what a helper of Berth's own printed, to either output: what it found comes last. */
export async function readWords(container: Docker.Container): Promise<string> {
  const log = await call(() => container.logs({ stdout: true, stderr: true, tail: 20 }));
  let words = '';
  createDemultiplexer((_, bytes) => {
    words += bytes.toString();
  })(log);
  return words.trim().slice(-MAX_WORDS);
}
