import t from 'tap';
import { installMatches } from '../../../setup/dependencies.mjs';

const lock = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/b-windows': { version: '2.0.0', integrity: 'sha512-w', optional: true },
};
const { '': _, 'node_modules/b-windows': __, ...installed } = lock;

await t.test('an installation matches without the optional packages of other platforms', async (t) => {
  t.ok(installMatches(lock, installed));
});

await t.test('a package that is not installed yet does not match', async (t) => {
  const { 'node_modules/a': ___, ...rest } = installed;
  t.notOk(installMatches(lock, rest));
});

await t.test('another version, or other content of the same version, does not match', async (t) => {
  for (const other of [
    { version: '1.0.1', integrity: 'sha512-a' },
    { version: '1.0.0', integrity: 'sha512-x' },
  ]) {
    t.notOk(installMatches(lock, { ...installed, 'node_modules/a': other }));
  }
});

await t.test('a package that the lock file no longer has does not match', async (t) => {
  t.notOk(installMatches(lock, { ...installed, 'node_modules/old': { version: '1.0.0' } }));
});
