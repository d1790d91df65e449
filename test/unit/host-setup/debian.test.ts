import t from 'tap';
import { parseOsRelease } from '../../../setup/debian.mjs';

await t.test(
  'Debian, Ubuntu and derivatives use packages; only Debian itself names a Debian release',
  async (t) => {
    t.strictSame(parseOsRelease('ID=debian\nVERSION_CODENAME=trixie\n'), {
      debian: true,
      debianCodename: 'trixie',
    });
    t.strictSame(parseOsRelease('ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n'), {
      debian: true,
      debianCodename: undefined,
    });
    t.strictSame(parseOsRelease('ID=linuxmint\nID_LIKE="ubuntu debian"\n'), {
      debian: true,
      debianCodename: undefined,
    });
  },
);

await t.test('other systems do not', async (t) => {
  t.notOk(parseOsRelease('ID=fedora\nPLATFORM_ID="platform:f41"\n').debian);
  t.notOk(parseOsRelease('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n').debian);
  t.notOk(parseOsRelease('').debian);
});
