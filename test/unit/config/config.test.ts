import { test } from 'tap';
import { readConfig, settings } from '../../../src/config/config.ts';
import { isFault } from '../../../src/core/errors.ts';

await test('each default is valid, and each setting has a unique name', async (t) => {
  const all = Object.values(settings);
  t.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name, default: fallback } of all) {
    if (fallback) t.same(readConfig({ [name]: fallback }), readConfig({}), name);
  }
});

await test('proxies are trusted by address, never all of them', async (t) => {
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

await test('containers can reach the registry', async (t) => {
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
      { code: 'CONFIG_INVALID', message: /BERTH_REGISTRY.*containers can access/ },
      wrong,
    );
  }
});

await test('an empty setting counts as missing', async (t) => {
  t.same(readConfig({ BERTH_PORT: '', DATABASE_URL: '' }), readConfig({}));
});

await test('all wrong settings are reported at once, with valid values', async (t) => {
  try {
    readConfig({ BERTH_PORT: '70000', DATABASE_URL: 'mysql://x', BERTH_ADMIN_TOKEN: 'short' });
    t.fail('it was accepted');
  } catch (error) {
    t.ok(isFault(error, 'CONFIG_INVALID'));
    const { message } = error as Error;
    t.match(message, 'BERTH_PORT');
    t.match(message, 'must start with "file:" or "postgresql://"');
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

await test('the public address has no trailing slash', async (t) => {
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
