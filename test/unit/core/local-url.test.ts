import { test } from 'tap';
import { localUrl } from '../../../src/core/service-url.ts';

await test('a service is reachable at its listening address', async (t) => {
  t.equal(localUrl('127.0.0.1', 8080), 'http://127.0.0.1:8080');
  t.equal(localUrl('labs.example', 80), 'http://labs.example:80');
});

await test("a service that listens on all addresses is reachable by the host's name", async (t) => {
  t.equal(localUrl('0.0.0.0', 8080), 'http://localhost:8080');
  t.equal(localUrl('::', 8080), 'http://localhost:8080');
});

await test('an IPv6 address is in brackets', async (t) => {
  t.equal(localUrl('::1', 8080), 'http://[::1]:8080');
  t.equal(new URL(localUrl('fd00::5', 8080)).port, '8080');
});
