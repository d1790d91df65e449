import type { FastifyRequest } from 'fastify';
import { test } from 'tap';
import { siteOf } from '../../../../../src/api/http/sign-in/authentication.ts';
import { createOriginCheck } from '../../../../../src/api/shared/origin.ts';

function from(headers: Record<string, string>, host = '127.0.0.1:8080'): FastifyRequest {
  return { headers, host, protocol: 'http' } as unknown as FastifyRequest;
}

await test("requests and sockets accept the same pages as Berth's own", (t) => {
  for (const publicUrl of [undefined, 'https://labs.example.org']) {
    const may = createOriginCheck({ publicUrl, allowedOrigins: [] });
    for (const host of ['127.0.0.1:8080', 'labs.example.org']) {
      for (const origin of [
        'https://labs.example.org',
        'http://labs.example.org',
        'http://127.0.0.1:8080',
        'http://127.0.0.1:9090',
        'https://evil.example',
        'null',
      ]) {
        const site = siteOf(from({ origin }, host), publicUrl);
        t.equal(
          site === 'own',
          may(origin, { protocol: 'http', host }),
          `${origin} of ${host}, public ${publicUrl}`,
        );
      }
    }
  }
  t.end();
});

await test("the browser's Sec-Fetch-Site header precedes the origin, and programs use a header", (t) => {
  t.equal(siteOf(from({ 'sec-fetch-site': 'same-origin' }), undefined), 'own');
  t.equal(
    siteOf(from({ 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:8080' }), undefined),
    'other',
  );
  t.equal(siteOf(from({ origin: 'http://127.0.0.1:8080' }), 'https://labs.example.org'), 'own');
  t.equal(siteOf(from({ origin: 'null' }), undefined), 'other');
  t.equal(siteOf(from({ 'x-berth-client': 'script' }), undefined), 'own');
  t.equal(siteOf(from({}), undefined), 'unknown');
  t.end();
});
