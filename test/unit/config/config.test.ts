import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { readConfig } from '../../../src/config/config.ts';
import { settingsTable } from '../../../src/config/settings-table.ts';
import { isFault } from '../../../src/core/errors.ts';

const docs = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
const rows = docs
  .split('\n')
  .map((line) => /^\| `(\w+)` \| (.+) \| (.+) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, name, fallback, meaning]) => ({ name, fallback, meaning }));

await test('docs/settings.md has every setting and its meaning', async (t) => {
  t.same(
    rows.map(({ name, meaning }) => ({ name, meaning })),
    settingsTable.map(({ name, meaning }) => ({ name, meaning })),
  );
});

await test('docs/settings.md has the defaults', async (t) => {
  for (const { name = '', fallback = '' } of rows) {
    const value = /^`(.+)`$/.exec(fallback)?.[1];
    const actual = settingsTable.find((setting) => setting.name === name)?.fallback;
    if (value === undefined) {
      const none = actual === undefined || actual === '' || (Array.isArray(actual) && actual.length === 0);
      t.ok(none, `${name} has a default, ${String(actual)}: the table must give it in backticks`);
      continue;
    }
    t.same(readConfig({ [name]: value }), readConfig({}), `${name} is ${value} by default`);
    t.not(actual, undefined, `${name} has a default`);
  }
});

await test('proxies are believed by their address, never all there are', async (t) => {
  const read = (value: string) => readConfig({ BERTH_TRUST_PROXY: value }).trustProxy;
  t.same(read(''), []);
  t.same(read('false'), []);
  t.same(read('10.0.0.5, 10.1.0.0/16,fd00::/8,::1,loopback'), [
    '10.0.0.5',
    '10.1.0.0/16',
    'fd00::/8',
    '::1',
    'loopback',
  ]);
  for (const wrong of ['true', '1', '10.0.0.5,', '10.0.0.0/33', 'proxy.example']) {
    t.throws(
      () => read(wrong),
      { code: 'CONFIG_INVALID', message: /BERTH_TRUST_PROXY.*10\.0\.0\.0\/24/ },
      wrong,
    );
  }
});

await test('the registry is one that containers reach', async (t) => {
  const read = (value: string) => readConfig({ BERTH_REGISTRY: value }).registry;
  t.equal(read(''), 'auto');
  t.equal(read('off'), 'off');
  t.equal(read('http://10.0.0.5:5000/'), 'http://10.0.0.5:5000');
  t.equal(read('https://registry-1.docker.io'), 'https://registry-1.docker.io');
  for (const wrong of [
    'on',
    'registry:5000',
    'http://localhost:5000',
    'http://127.0.0.1:5000',
    'http://a/b',
  ]) {
    t.throws(
      () => read(wrong),
      { code: 'CONFIG_INVALID', message: /BERTH_REGISTRY.*containers reach/ },
      wrong,
    );
  }
});

await test('an empty setting counts as absent', async (t) => {
  t.same(readConfig({ BERTH_PORT: '', DATABASE_URL: '' }), readConfig({}));
});

await test('every wrong setting is named at once, with what would be right', async (t) => {
  try {
    readConfig({ BERTH_PORT: '70000', DATABASE_URL: 'mysql://x', BERTH_ADMIN_TOKEN: 'short' });
    t.fail('it was taken');
  } catch (error) {
    t.ok(isFault(error, 'CONFIG_INVALID'));
    const { message } = error as Error;
    t.match(message, 'BERTH_PORT');
    t.match(message, 'must begin with "file:" or "postgresql://"');
    t.match(message, 'BERTH_ADMIN_TOKEN');
    t.notMatch(message, 'short:', 'the value itself is not repeated');
  }
});

await test('name servers are a list of IPv4 addresses', async (t) => {
  t.same(readConfig({ BERTH_NAME_SERVERS: '9.9.9.9, 10.0.0.53' }).nameServers, ['9.9.9.9', '10.0.0.53']);
  t.same(readConfig({}).nameServers, []);
  t.throws(() => readConfig({ BERTH_NAME_SERVERS: '9.9.9.9,dns.example' }), {
    code: 'CONFIG_INVALID',
    message: /BERTH_NAME_SERVERS/,
  });
});

await test('the public address has no slash at its end', async (t) => {
  t.equal(
    readConfig({ BERTH_PUBLIC_URL: 'https://labs.example.org/' }).publicUrl,
    'https://labs.example.org',
  );
});

await test('the public address and the allowed origins are http or https, without a path', async (t) => {
  const wrong = [
    'https://labs.example.org/berth',
    'https://labs.example.org?a=1',
    'https://me@labs.example.org',
    'ftp://labs.example.org',
    'file:///srv',
    'labs.example.org',
    'null',
  ];
  for (const name of ['BERTH_PUBLIC_URL', 'BERTH_ALLOWED_ORIGINS']) {
    for (const value of wrong) {
      t.throws(() => readConfig({ [name]: value }), { code: 'CONFIG_INVALID', message: name }, value);
    }
  }
  const { allowedOrigins } = readConfig({
    BERTH_ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080/',
  });
  t.same(allowedOrigins, ['https://a.example', 'http://b.example:8080/']);
});
