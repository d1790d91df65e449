import type Docker from 'dockerode';
import { createDemultiplexer } from './exec/demultiplexer.ts';
import { call } from './faults.ts';

/** Characters to keep of a helper's output: enough to report a failure. The engine limits its log too. */
const MAX_WORDS = 2_000;

/** Returns the end of a helper's output and error output: the result is in the last lines. */
export async function readWords(container: Docker.Container): Promise<string> {
  const log = await call(() => container.logs({ stdout: true, stderr: true, tail: 20 }));
  let words = '';
  createDemultiplexer((_, bytes) => {
    words += bytes.toString();
  })(log);
  return words.trim().slice(-MAX_WORDS);
}
