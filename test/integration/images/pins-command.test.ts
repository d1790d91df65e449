import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createPinStore } from '../../../src/domains/images/pins/pin-store.ts';
import { freshDatabaseUrl } from '../../kit/database/databases.ts';
import { labsFolder, smallLab } from '../../kit/labs/lab-folders.ts';
import { BERTH } from '../../kit/service/berth-command.ts';

const run = promisify(execFile);

await t.test('pins are printed and removed on the command line', async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: url,
    BERTH_DATA_DIR: t.testdir({}),
    BERTH_LABS_DIR: await labsFolder(t, { first: smallLab(), second: smallLab() }),
  };
  const berth = (...args: string[]) => run(process.execPath, [...BERTH, 'labs', ...args], { env });

  const at = new Date('2030-01-02T03:04:05Z');
  const pin = { lab: 'first', labVersion: 'f'.repeat(64), pinnedAt: at, usedAt: at };
  const store = createPinStore({ database });
  const digest = 'ubuntu@sha256:abc';
  await store.insert({ ...pin, image: 'berth/lab-linux', imageId: 'sha256:123', digest: undefined });
  await store.insert({ ...pin, image: 'ubuntu', imageId: 'sha256:456', digest });

  const { stdout } = await berth('pins', 'first');
  t.strictSame(stdout.split('\n'), [
    'ffffffffffff  berth/lab-linux  sha256:123  last used 2030-01-02',
    'ffffffffffff  ubuntu  ubuntu@sha256:abc  last used 2030-01-02',
    '',
  ]);
  t.equal((await berth('pins', 'second')).stdout, '');
  t.equal((await berth('repin', 'first')).stdout, '2 pins removed\n');
  t.equal((await berth('pins', 'first')).stdout, '');
  await t.rejects(berth('repin', 'thirt'), { code: 1, stderr: /no lab "thirt"/ });
});
