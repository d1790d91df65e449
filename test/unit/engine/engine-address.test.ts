import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { DEFAULT_ENGINE, parseEngineAddress } from '../../../src/engine/engine-address.ts';

const parse = (address: string, env = {}) => parseEngineAddress(address, env);

await test('the default address is a socket', async (t) => {
  t.strictSame(parse(DEFAULT_ENGINE), { socketPath: '/var/run/docker.sock' });
});

await test('hosts and ports are parsed with and without a scheme', async (t) => {
  const engine = { protocol: 'http', host: 'engine', port: 4000 };
  t.strictSame(parse('tcp://engine:4000'), engine);
  t.strictSame(parse('engine:4000'), engine);
  t.strictSame(parse('http://engine:4000'), engine);
});

await test('the port defaults to that of engines', async (t) => {
  t.match(parse('tcp://engine'), { protocol: 'http', port: 2375 });
  t.match(parse('https://engine'), { protocol: 'https', port: 2376 });
  t.match(parse('http://engine:80'), { protocol: 'http', port: 80 });
  t.match(parse('https://engine:443'), { protocol: 'https', port: 443 });
});

await test('an IPv6 address loses its brackets', async (t) => {
  t.strictSame(parse('tcp://[::1]:2375'), { protocol: 'http', host: '::1', port: 2375 });
  t.strictSame(parse('[::1]:2375'), { protocol: 'http', host: '::1', port: 2375 });
});

await test('TLS is selected by its port, or by DOCKER_TLS_VERIFY with its files', async (t) => {
  t.match(parse('tcp://engine:2376'), { protocol: 'https', port: 2376 });
  const folder = await mkdtemp(join(tmpdir(), 'berth-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const name of ['ca', 'cert', 'key']) await writeFile(join(folder, `${name}.pem`), name);
  const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
  t.strictSame(parse('tcp://engine:4000', env), {
    protocol: 'https',
    host: 'engine',
    port: 4000,
    ca: Buffer.from('ca'),
    cert: Buffer.from('cert'),
    key: Buffer.from('key'),
  });
});

await test('an unsupported address is named in the error', async (t) => {
  t.throws(() => parse('ssh://engine'), { message: 'addresses that start with ssh:// are not supported' });
});
