import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { createLocalGauge } from '../../../../../src/engine/docker/gauge/local-gauge.ts';
import { until } from '../../../../kit/basics/until.ts';

/** Returns the number of processes with a word in their command lines. */
async function processesWith(word: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(word)).length;
}

await test('a measurement that times out, or is aborted, leaves no process', async (t) => {
  const folder = t.testdir({});
  const seconds = `300.${process.pid}`;
  // The script asks it for processes first.
  await writeFile(join(folder, 'grep'), `#!/bin/sh\nsleep ${seconds}; true\n`, { mode: 0o755 });
  const { PATH } = process.env;
  process.env['PATH'] = `${folder}:${PATH}`;
  t.teardown(() => (process.env['PATH'] = PATH));
  const gauge = createLocalGauge(folder);
  const id = '0'.repeat(64);
  t.equal(await gauge.countOpenFiles(id, { timeoutMs: 500 }), 'late');
  await until(async () => (await processesWith(seconds)) === 0);
  const abort = new AbortController();
  const counted = gauge.countOpenFiles(id, { timeoutMs: 60_000, signal: abort.signal });
  await until(async () => (await processesWith(seconds)) > 0);
  abort.abort();
  t.equal(await counted, 'late');
  await until(async () => (await processesWith(seconds)) === 0);
});
