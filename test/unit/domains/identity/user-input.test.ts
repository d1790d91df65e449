import t from 'tap';
import { readEmail, readName } from '../../../../src/domains/identity/user.ts';

await t.test('names are trimmed', async (t) => {
  t.equal(readName('  Ada Lovelace '), 'Ada Lovelace');
  t.equal(readName('名前'), '名前');
});

for (const name of ['', '   ', 'a'.repeat(101), 'two\nlines', 'bell\u0007']) {
  await t.test(`rejects the name ${JSON.stringify(name.slice(0, 12))}`, async (t) => {
    t.throws(() => readName(name), { code: 'INPUT_INVALID' });
  });
}

await t.test('one person has one address, in any spelling', async (t) => {
  t.equal(readEmail(' Ada@Example.ORG '), 'ada@example.org');
});

for (const email of ['', 'ada', '@example.org', 'ada@', 'a b@c', 'a@b@c', `${'a'.repeat(250)}@b.cd`]) {
  await t.test(`rejects the address "${email.slice(0, 20)}"`, async (t) => {
    t.throws(() => readEmail(email), { code: 'INPUT_INVALID' });
  });
}
