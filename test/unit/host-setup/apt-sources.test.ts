import t from 'tap';
import { debianSources, parseDeb822, parseOneLine } from '../../../src/host-setup/base-image.ts';

const DEB822 = `# Written by the installer
Types: deb deb-src
URIs: https://mirror.example/debian
Suites: trixie trixie-updates
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Types: deb
URIs: https://mirror.example/debian-security
Suites: trixie-security
Components: main

Types: deb
URIs: https://old.example/debian
Suites: trixie
Components: main
Enabled: no

Types: deb
URIs: file:/srv/packages
Suites: trixie
Components: main
`;

await t.test('a .sources file is read by stanza, with values over several lines', async (t) => {
  t.strictSame(parseDeb822(DEB822).slice(0, 2), [
    {
      uri: 'https://mirror.example/debian',
      suites: ['trixie', 'trixie-updates'],
      components: ['main', 'contrib'],
    },
    { uri: 'https://mirror.example/debian-security', suites: ['trixie-security'], components: ['main'] },
  ]);
});

await t.test('disabled stanzas are skipped', async (t) => {
  t.notOk(parseDeb822(DEB822).some(({ uri }) => uri.includes('old.example')));
});

await t.test('a .list file is read by line, with options and comments', async (t) => {
  const text = `# deb http://commented.example/debian trixie main
deb [arch=amd64 signed-by=/k.pgp] http://mirror.example/debian trixie main contrib # ours
deb-src http://mirror.example/debian trixie main
`;
  t.strictSame(parseOneLine(text), [
    { uri: 'http://mirror.example/debian', suites: ['trixie'], components: ['main', 'contrib'] },
  ]);
});

await t.test('an image takes its packages from the mirrors of a Debian host', async (t) => {
  const sources = parseDeb822(DEB822).toReversed();
  t.strictSame(debianSources({ sources, codename: 'trixie', release: 'trixie' }), [
    'deb https://mirror.example/debian trixie main',
    'deb https://mirror.example/debian trixie-updates main',
    'deb https://mirror.example/debian-security trixie-security main',
  ]);
});

await t.test('and from those of an older Debian, for a newer release', async (t) => {
  const sources = parseOneLine('deb http://mirror.example/debian bookworm main');
  const [archive, , security] = debianSources({ sources, codename: 'bookworm', release: 'trixie' });
  t.equal(archive, 'deb http://mirror.example/debian trixie main');
  t.equal(security, 'deb http://deb.debian.org/debian-security trixie-security main');
});

await t.test('the public mirrors serve on Ubuntu, whose own have no Debian', async (t) => {
  const sources = parseOneLine('deb http://archive.ubuntu.com/ubuntu noble main');
  const [archive] = debianSources({ sources, codename: undefined, release: 'trixie' });
  t.equal(archive, 'deb http://deb.debian.org/debian trixie main');
});
