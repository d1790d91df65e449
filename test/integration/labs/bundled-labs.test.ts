import { join } from 'node:path';
import t from 'tap';
import { readLabs } from '../../../src/labs/read-labs.ts';
import { proveLab } from '../../support/prove-lab.ts';

const { labs, problems } = await readLabs(join(import.meta.dirname, '../../../labs'));

t.same(problems, [], 'all labs are valid');
t.ok(labs.length > 0);

for (const lab of labs) {
  await t.test(`${lab.slug}: checks fail at first and in wrong states, and pass after solutions`, (t) =>
    proveLab(t, lab),
  );
}
