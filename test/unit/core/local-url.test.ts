import { test } from 'tap';
import { localUrl } from '../../../src/core/local-url.ts';

await test('a service is reached at the address that it listens on', async (t) => {
  t.equal(localUrl('127.0.0.1', 8080), 'http://127.0.0.1:8080');
  t.equal(localUrl('labs.example', 80), 'http://labs.example:80');
});

await test('one that listens on all addresses is reached by the name of this machine', async (t) => {
  t.equal(localUrl('0.0.0.0', 8080), 'http://localhost:8080');
  t.equal(localUrl('::', 8080), 'http://localhost:8080');
});

await test('an IPv6 address stands in brackets', async (t) => {
  t.equal(localUrl('::1', 8080), 'http://[::1]:8080');
  t.equal(new URL(localUrl('fd00::5', 8080)).port, '8080');
});
