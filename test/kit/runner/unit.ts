/** Runs unit tests, all or the given files. */
import { availableParallelism } from 'node:os';
import { STOP_SIGNALS } from '../../../setup/hand-over.mjs';
import { runFiles, testFilesIn } from './files/run-files.ts';

const FOLDER = 'test/unit';
/** Two more than the number of processors, because some tests wait for time to pass. */
const JOBS = availableParallelism() + 2;
/** Time limit of a file, in seconds. */
const TIMEOUT_S = 120;

const stop = new AbortController();
for (const signal of STOP_SIGNALS) process.on(signal, () => stop.abort());
const named = process.argv.slice(2);
process.exitCode = await runFiles(named.length > 0 ? named : testFilesIn(FOLDER), {
  jobs: JOBS,
  timeoutSeconds: TIMEOUT_S,
  signal: stop.signal,
});
