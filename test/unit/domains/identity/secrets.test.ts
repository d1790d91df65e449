import t from 'tap';
import { hashSecret, makeSecret, shownPrefix } from '../../../../src/domains/identity/secrets.ts';

await t.test('a secret shows its kind and has 256 bits', async (t) => {
  t.match(makeSecret('token'), /^berth_[\w-]{43}$/);
  t.match(makeSecret('signInLink'), /^berthlink_[\w-]{43}$/);
  t.match(makeSecret('webSession'), /^berthweb_[\w-]{43}$/);
  t.not(makeSecret('token'), makeSecret('token'));
});

await t.test('a hash is SHA-256 in hex', async (t) => {
  t.equal(hashSecret('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

await t.test('shows the start of a token that Berth created, and nothing of another', async (t) => {
  const secret = makeSecret('token');
  t.equal(shownPrefix(secret), secret.slice(0, 12));
  t.equal(shownPrefix('berth_chosen-by-a-person'), '');
  t.equal(shownPrefix('correct horse battery staple'), '');
});
