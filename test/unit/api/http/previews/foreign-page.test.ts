import type { IncomingMessage } from 'node:http';
import { test } from 'tap';
import { refuseForeignPage } from '../../../../../src/api/http/previews/preview-handler.ts';

const target = { sessionId: 'mine', machine: 'main', port: 80 };
const sessions: Record<string, string> = { 'http://mine': 'mine', 'http://theirs': 'theirs' };
const targetOfOrigin = (origin: string) => {
  const sessionId = sessions[origin];
  return sessionId === undefined ? undefined : { ...target, sessionId };
};

function isRefused(headers: Record<string, string>, method = 'GET'): boolean {
  try {
    refuseForeignPage({ headers, method } as unknown as IncomingMessage, target, targetOfOrigin);
    return false;
  } catch (error) {
    if ((error as { code?: string }).code !== 'PREVIEW_ORIGIN_REFUSED') throw error;
    return true;
  }
}

await test('allows pages of the session itself, links and programs', (t) => {
  t.notOk(isRefused({}), 'a program');
  t.notOk(isRefused({ 'sec-fetch-site': 'same-origin', origin: 'null' }, 'POST'), 'the page itself');
  t.notOk(isRefused({ 'sec-fetch-site': 'none' }), 'a typed address');
  t.notOk(isRefused({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }), 'a link');
  t.notOk(isRefused({ 'sec-fetch-site': 'same-site', origin: 'http://mine' }, 'POST'), 'another port');
  t.notOk(isRefused({ 'sec-fetch-site': 'same-site', referer: 'http://mine/page' }), 'its image');
  t.notOk(isRefused({ origin: 'http://mine' }, 'POST'), 'an old browser');
  t.end();
});

await test('rejects pages of other sessions and sites', (t) => {
  t.ok(isRefused({ origin: 'http://theirs' }), 'a socket of an old browser');
  t.ok(isRefused({ 'sec-fetch-site': 'same-site', origin: 'http://theirs' }));
  t.ok(isRefused({ 'sec-fetch-site': 'same-site', referer: 'http://theirs/x' }), 'an embedded script');
  t.ok(isRefused({ 'sec-fetch-site': 'same-site' }), 'a page that hides its origin');
  t.ok(
    isRefused(
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', origin: 'http://elsewhere' },
      'POST',
    ),
    'a form',
  );
  t.ok(isRefused({ 'sec-fetch-site': 'cross-site', origin: 'null' }));
  t.end();
});
