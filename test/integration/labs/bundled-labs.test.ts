import { join } from 'node:path';
import t from 'tap';
import { labsCommand } from '../../support/labs-command.ts';

await t.test('the checks of all bundled labs can be trusted', async (t) => {
  const { code, stdout, stderr } = await labsCommand(['test', join(import.meta.dirname, '../../../labs')]);
  t.equal(code, 0, `${stdout}\n${stderr}`);
  t.match(stdout, /\n[1-9]\d* passed, 0 failed, 0 skipped\n$/);
});
