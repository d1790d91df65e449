import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { labsCommand } from '../../kit/labs/labs-command.ts';

/** For all labs together. Machines with an engine are slow to start. */
t.setTimeout(1_500_000);

const LABS = join(import.meta.dirname, '../../../labs');

await t.test('the checks of all bundled labs can be trusted, without internet', async (t) => {
  const nowhere = await mkdtemp(join(tmpdir(), 'berth-none-'));
  t.teardown(() => rm(nowhere, { recursive: true, force: true }));
  // Without an installation, the test has its own registry, from which Docker's labs pull.
  const environment = { BERTH_NESTED_DOCKER: 'on', BERTH_DATA_DIR: nowhere, DATABASE_URL: '' };
  const { code, stdout, stderr } = await labsCommand(['test', LABS], environment);
  t.equal(code, 0, `${stdout}\n${stderr}`);
  t.match(stdout, /\n[1-9]\d* passed, 0 failed, 0 skipped\n$/);
});
