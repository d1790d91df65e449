import { test } from 'tap';
import { createServer } from '../../../../src/api/app.ts';
import { readConfig } from '../../../../src/config/config.ts';

/** The client address that the service reads from a request from `remoteAddress`. */
async function clientOf(trusted: string, remoteAddress: string, forwarded: string): Promise<string> {
  const app = createServer(readConfig({ BERTH_TRUST_PROXY: trusted, BERTH_LOG_LEVEL: 'silent' }));
  app.get('/', async (request) => `${request.ip} ${request.protocol}`);
  const headers = { 'x-forwarded-for': forwarded, 'x-forwarded-proto': 'https' };
  const { body } = await app.inject({ url: '/', remoteAddress, headers });
  await app.close();
  return body;
}

await test('the client is the address that the last proxy saw, whatever the client claims', async (t) => {
  const forged = '1.1.1.1, 203.0.113.9';
  t.equal(await clientOf('10.0.0.5', '10.0.0.5', forged), '203.0.113.9 https');
  t.equal(await clientOf('10.0.0.0/24', '10.0.0.5', `${forged}, 10.0.0.6`), '203.0.113.9 https', 'of two');
  t.equal(await clientOf('loopback', '127.0.0.1', forged), '203.0.113.9 https');
});

await test('an untrusted proxy is ignored', async (t) => {
  t.equal(await clientOf('false', '10.0.0.5', '1.1.1.1'), '10.0.0.5 http');
  t.equal(await clientOf('10.0.0.5', '10.0.0.7', '1.1.1.1'), '10.0.0.7 http');
});
