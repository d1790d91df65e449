import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import t from 'tap';
import { readLabFolder } from '../../../../../src/domains/labs/reading/lab-folder.ts';
import type { LabFolder } from '../../../../../src/domains/labs/reading/lab-folder.ts';
import { readLabFiles, readLabs } from '../../../../../src/domains/labs/reading/read-lab.ts';
import { createReaderThread } from '../../../../../src/domains/labs/reading/reader-thread.ts';

const LABS = join(import.meta.dirname, '../../../../../labs');

const withLabYaml = (text: string): LabFolder => ({
  files: new Map([['lab.yaml', Buffer.from(text)]]),
  runnable: new Set(),
  version: 'v',
  refused: new Map(),
});

await t.test('the thread reads labs as the service does', async (t) => {
  const reader = createReaderThread({ limitMs: 60_000 });
  t.teardown(reader.close);
  const { labs } = await readLabs(LABS);
  t.ok(labs.length > 0);
  for (const { lab, folder } of labs) {
    const read = await reader.read(lab.slug, await readLabFolder(join(LABS, lab.slug)));
    t.same(read, { lab, folder });
    const files = 'lab' in read ? [...read.lab.files.values()] : [];
    t.ok(files.every((content) => Buffer.isBuffer(content)));
  }
  const wrong = withLabYaml('title: a\nsteps: []\n');
  t.same(await reader.read('x', wrong), readLabFiles('x', wrong));
});

await t.test('a lab that takes too long is invalid, and does not block the service', async (t) => {
  const reader = createReaderThread({ limitMs: 1 });
  t.teardown(reader.close);
  const read = reader.read('x', withLabYaml(`a:\n${'- a\n'.repeat(32_000)}`));
  const [first] = await Promise.race([read.then(() => ['read']), delay(0, ['timer'])]);
  t.equal(first, 'timer');
  const message = 'took longer than 0.001 s to read: make the lab simpler';
  t.same(await read, {
    problems: [{ lab: 'x', file: 'lab.yaml', line: undefined, key: undefined, message }],
  });
});

await t.test('labs fail after the reader is closed', async (t) => {
  const reader = createReaderThread();
  const read = [reader.read('x', withLabYaml('')), reader.read('y', withLabYaml(''))];
  await reader.close();
  for (const one of await Promise.allSettled(read)) t.equal(one.status, 'rejected');
  await t.rejects(reader.read('z', withLabYaml('')), /closed/);
});
