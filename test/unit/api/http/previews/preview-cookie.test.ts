import { test } from 'tap';
import {
  createPreviewCookie,
  ownHostCookie,
  withoutOwnCookies,
} from '../../../../../src/api/http/previews/preview-cookie.ts';

await test('the cookie has one host, is hidden from pages, and is secure with https', (t) => {
  const end = new Date('2030-01-01T00:00:00Z');
  const secure = createPreviewCookie({ secure: true }).set('s', end);
  t.equal(
    secure,
    '__Host-berth-preview=s; Path=/; Expires=Tue, 01 Jan 2030 00:00:00 GMT; HttpOnly; SameSite=Lax; Secure',
  );
  const plain = createPreviewCookie({ secure: false });
  t.match(plain.set('s', end), /^berth-preview=s; /);
  t.same(plain.read('a=1; berth-preview=s; b; berth-preview=t=u;'), ['s', 't=u']);
  t.same(plain.read('__Host-berth-preview=s'), []);
  t.same(plain.read(undefined), []);
  t.equal(plain.read('berth-preview=s;'.repeat(50)).length, 4, 'a page can set any number of cookies');
  t.end();
});

await test('a container gets only its own cookies', (t) => {
  t.equal(
    withoutOwnCookies('a=1; berth=x;  __Host-berth=y; b="c d"; berth-preview=z; berths=2'),
    'a=1; b="c d"; berths=2',
  );
  t.equal(withoutOwnCookies('berth=x; BERTH-Preview=y'), undefined);
  t.end();
});

await test('a container sets cookies for its own host only', (t) => {
  t.equal(ownHostCookie('a=1; Domain=example.org; Path=/; HttpOnly'), 'a=1; Path=/; HttpOnly');
  t.equal(ownHostCookie('a=domain=x;DOMAIN = .example.org;Secure'), 'a=domain=x;Secure');
  t.equal(ownHostCookie('berth-preview=1'), undefined);
  t.equal(ownHostCookie(' __host-BERTH =1; Path=/'), undefined);
  t.equal(ownHostCookie('a=1'), 'a=1');
  t.end();
});
