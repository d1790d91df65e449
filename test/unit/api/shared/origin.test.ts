import { test } from 'tap';
import { createOriginCheck } from '../../../../src/api/shared/origin.ts';

/** The target of a request that the service itself received. */
const at = (host: string) => ({ protocol: 'http', host });

await test('only pages of the public address and of allowed origins can open terminals', (t) => {
  const may = createOriginCheck({
    publicUrl: 'https://labs.example.org',
    allowedOrigins: ['https://lms.example.org/'],
  });
  t.ok(may('https://labs.example.org', at('10.0.0.7:8080')));
  t.ok(may('https://lms.example.org', at('10.0.0.7:8080')));
  for (const origin of [
    'http://labs.example.org',
    'https://labs.example.org:8443',
    'https://labs.example.org.evil.example',
    'https://evil.example',
    'null',
    '',
  ]) {
    t.notOk(may(origin, at('labs.example.org')), origin);
  }
  t.ok(may('http://10.0.0.7:8080', at('10.0.0.7:8080')), 'the host itself, as on the machine');
  t.end();
});

await test('without a public address, pages of the requested host can', (t) => {
  const may = createOriginCheck({ publicUrl: undefined, allowedOrigins: [] });
  t.ok(may('http://127.0.0.1:8080', at('127.0.0.1:8080')));
  t.notOk(may('https://127.0.0.1:8080', at('127.0.0.1:8080')), 'another scheme');
  t.notOk(may('http://127.0.0.1:9090', at('127.0.0.1:8080')));
  t.notOk(may('http://evil.example', at('127.0.0.1:8080')));
  t.notOk(may('null', at('127.0.0.1:8080')));
  t.end();
});

await test('clients other than browsers send no origin and can connect', (t) => {
  t.ok(createOriginCheck({ publicUrl: 'https://labs.example.org', allowedOrigins: [] })(undefined, at('x')));
  t.end();
});

await test('the origin "null" is always rejected', (t) => {
  const settings = ['null', 'file:///srv', 'berth://labs'];
  for (const publicUrl of [undefined, ...settings]) {
    const may = createOriginCheck({ publicUrl, allowedOrigins: settings });
    for (const host of ['null', '', 'labs.example.org']) t.notOk(may('null', at(host)));
  }
  t.end();
});
