import t from 'tap';
import {
  gitProtocol,
  looksLikeGitUrl,
  withoutSecret,
  checkGitRef,
} from '../../../../../src/domains/labs/git/git-address.ts';

const all = ['https', 'ssh', 'file'] as const;

await t.test('distinguishes addresses of https, ssh and files', async (t) => {
  t.equal(gitProtocol('https://example.org/a/b.git', all), 'https');
  t.equal(gitProtocol('https://user:secret@example.org/a/b', all), 'https');
  t.equal(gitProtocol('ssh://git@example.org:2222/a/b', all), 'ssh');
  t.equal(gitProtocol('git@example.org:a/b.git', all), 'ssh');
  t.equal(gitProtocol('/srv/labs.git', all), 'file');
  t.equal(gitProtocol('file:///srv/labs.git', all), 'file');
});

await t.test('rejects addresses that run commands, are insecure or look like options', async (t) => {
  const refused = [
    'ext::sh -c date',
    'fd::17',
    'http://example.org/a',
    'git://example.org/a',
    '--upload-pack=date',
    'ssh://-oProxyCommand=date/a',
    'ssh://-oProxyCommand=date@example.org/a',
    'git@-oProxyCommand=date:a',
    'git@example.org::a',
    'https://',
    'relative/path',
    'https://example.org/a\nb',
    '',
  ];
  for (const address of refused) {
    t.throws(() => gitProtocol(address, all), { code: 'INPUT_INVALID' }, address);
  }
  t.throws(() => gitProtocol('/srv/labs.git', ['https', 'ssh']), {
    message: /starts with https:\/\/, ssh:\/\/ or git@host:\.$/,
  });
});

await t.test('a secret in an address is not shown', async (t) => {
  t.equal(withoutSecret('https://me:secret@example.org/a'), 'https://example.org/a');
  t.equal(withoutSecret('git@example.org:a'), 'git@example.org:a');
  t.equal(withoutSecret('https://me:se@cret@example.org/@a/b'), 'https://example.org/@a/b');
  const words = "fatal: unable to access 'https://me:secret@example.org/a/': no";
  t.equal(withoutSecret(words), "fatal: unable to access 'https://example.org/a/': no");
  for (const address of [
    'https://me:se/secret@example.org/a',
    `https://${'secret'.repeat(100)}@ex ample.org/a`,
  ]) {
    t.throws(() => gitProtocol(address, all), { message: /^(?!.*secret)/ });
  }
  t.throws(() => gitProtocol('http://me:secret@example.org/a', all), {
    message: /^(?!.*secret).*http:\/\/example\.org\/a/,
  });
});

await t.test('distinguishes an address from a path', async (t) => {
  for (const address of ['https://example.org/a', 'git@example.org:a/b', 'ext::x', 'file:///a']) {
    t.ok(looksLikeGitUrl(address), address);
  }
  for (const path of ['/srv/a', './a', 'a/b', '../a@b/c:d']) t.notOk(looksLikeGitUrl(path), path);
});

await t.test('scenarios of Killercoda become labs, in the order of their courses', async (t) => {
  for (const ref of ['main', 'v1.2', 'feature/a+b', 'refs/heads/main', 'a'.repeat(40)]) checkGitRef(ref);
  for (const ref of ['', '-x', 'a:b', 'a..b', 'a b', 'a~1', 'a^', 'a.lock', 'a/', '@{1}', '*', 'a@{1}']) {
    t.throws(() => checkGitRef(ref), { code: 'INPUT_INVALID' }, ref);
  }
});
