import { join } from 'node:path';
import { test } from 'tap';
import { parseDatabaseUrl } from '../../../../src/infra/database/database-url.ts';

await test('parses addresses of SQLite files and PostgreSQL databases', (t) => {
  const here = process.cwd();
  t.strictSame(parseDatabaseUrl('file:./data/berth.db'), {
    provider: 'sqlite',
    file: join(here, 'data/berth.db'),
  });
  t.strictSame(parseDatabaseUrl('file:/srv/a.db?mode=rwc'), { provider: 'sqlite', file: '/srv/a.db' });
  t.strictSame(parseDatabaseUrl('file:///srv/a%20b.db'), { provider: 'sqlite', file: '/srv/a b.db' });
  const url = 'postgresql://berth:secret@db/berth';
  t.strictSame(parseDatabaseUrl(url), { provider: 'postgresql', url });
  t.end();
});

await test('an invalid address is not repeated in the error, because it may contain a password', (t) => {
  t.throws(() => parseDatabaseUrl('mysql://root:secret@db'), {
    code: 'CONFIG_INVALID',
    message: /^(?!.*secret)/,
  });
  t.end();
});
