/** Runs test files one after the other in this process, as its parent process names them. */
import { once } from 'node:events';
import { register } from 'node:module';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import tap from 'tap';
import type { Base } from 'tap';
import { isGood, problemsOf } from '../machine/file-report.ts';
import { runFile } from './file-tests.ts';
import type { FileOutcome, FromShard } from './outcome.ts';

register('./tap-hooks.mjs', import.meta.url);

/** Time for closed resources to end, in milliseconds. */
const LEFT_OPEN_MS = 10_000;

// Tap's own output is replaced by a report per file.
tap.pipe(new PassThrough().resume());
tap.setTimeout(0);

let ran: Base | undefined;
tap.on('subtestStart', (file) => (ran = file));

async function run(file: string): Promise<FileOutcome> {
  const start = performance.now();
  await runFile(file, pathToFileURL(file).href);
  const milliseconds = performance.now() - start;
  if (!ran) throw new Error(`${file} was not run`);
  const { pass, fail, skip, todo } = ran.counts;
  const outcome = { file, milliseconds, passed: pass, failed: fail, leftOut: skip + todo };
  return isGood(ran) ? outcome : { ...outcome, problems: problemsOf(ran, milliseconds) };
}

/** Reports the result of the last file, and returns the next. Undefined after the last. */
async function nextFile(outcome?: FileOutcome): Promise<string | undefined> {
  const named = once(process, 'message') as Promise<[{ file?: string }]>;
  process.send?.({ wantsFile: true, outcome } satisfies FromShard);
  const [{ file }] = await named;
  return file;
}

for (let file = await nextFile(); file;) file = await nextFile(await run(file));
process.disconnect();
// It ends automatically, unless a test left something open.
setTimeout(() => {
  process.stderr.write(`A test left open: ${process.getActiveResourcesInfo().join(', ')}\n`);
  process.exit(1);
}, LEFT_OPEN_MS).unref();
