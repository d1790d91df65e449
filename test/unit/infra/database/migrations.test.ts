import { test } from 'tap';
import { pendingMigrations } from '../../../../src/infra/database/migrations.ts';

const ours = ['1_init', '2_more', '3_most'].map((name) => ({ name, script: '', checksum: name }));
const problem = (message: RegExp) => ({ code: 'MIGRATION_FAILED', message });
const applied = (...names: string[]) => names.map((name) => ({ name, checksum: name, finished: true }));

await test('migrations that the database does not have are pending', (t) => {
  t.strictSame(pendingMigrations(ours, []), ours);
  t.strictSame(pendingMigrations(ours, applied('1_init', '2_more')), ours.slice(2));
  t.strictSame(pendingMigrations(ours, applied('1_init', '2_more', '3_most')), []);
  t.end();
});

await test('a history that is not a prefix of Berth’s is rejected, with what to do', (t) => {
  t.throws(() => pendingMigrations(ours, applied('1_init', '9_later')), problem(/Start the newer version/));
  const changed = [{ name: '1_init', checksum: 'other', finished: true }];
  t.throws(() => pendingMigrations(ours, changed), problem(/1_init was changed/));
  const half = [{ name: '1_init', checksum: '1_init', finished: false }];
  t.throws(() => pendingMigrations(ours, half), problem(/did not finish it\. Restore an older backup/));
  t.throws(() => pendingMigrations(ours, applied('1_init', '3_most')), problem(/2_more comes before/));
  t.end();
});
