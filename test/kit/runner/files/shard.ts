/** Runs test files one after another in this process. The parent process names each file and its timeout. */
import { once } from 'node:events';
import { register } from 'node:module';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import tap from 'tap';
import type { Base } from 'tap';
import { isGood, problemsOf } from './file-problems.ts';
import { runFile } from './file-tests.ts';
import type { FileOutcome, FromShard } from './outcome.ts';

register('./tap-hooks.mjs', import.meta.url);

/** Time limit for resources that tests have closed to disappear, in milliseconds. */
const LEFT_OPEN_MS = 10_000;

const timeout = Number(process.argv[2]);

// The parent process reports by file instead of tap's own output.
tap.pipe(new PassThrough().resume());
tap.setTimeout(0);

let ran: Base | undefined;
tap.on('subtestStart', (file) => (ran = file));

async function run(file: string): Promise<FileOutcome> {
  const start = performance.now();
  process.env['BERTH_TEST_FILE'] = file;
  await runFile(file, pathToFileURL(file).href, timeout);
  const milliseconds = performance.now() - start;
  if (!ran) throw new Error(`${file} did not run`);
  const { pass, fail, skip, todo } = ran.counts;
  const outcome = { file, milliseconds, passed: pass, failed: fail, leftOut: skip + todo };
  return isGood(ran) ? outcome : { ...outcome, problems: problemsOf(ran, milliseconds) };
}

/** Reports the result of the last file. Returns the next file; undefined after the last. */
async function nextFile(outcome?: FileOutcome): Promise<string | undefined> {
  const named = once(process, 'message') as Promise<[{ file?: string }]>;
  process.send?.({ wantsFile: true, outcome } satisfies FromShard);
  const [{ file }] = await named;
  return file;
}

/** The exit handlers of tests stop their services if the parent process was killed. */
const onParentGone = () => process.exit(1);
process.once('disconnect', onParentGone);
for (let file = await nextFile(); file;) file = await nextFile(await run(file));
process.off('disconnect', onParentGone);
process.disconnect();
// The process ends automatically, unless a test left something open.
setTimeout(() => {
  process.stderr.write(`A test left open: ${process.getActiveResourcesInfo().join(', ')}\n`);
  process.exit(1);
}, LEFT_OPEN_MS).unref();
