import t from 'tap';
import { PAGE_LIMIT, pageWindow, toPage } from '../../../src/core/paging.ts';

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `id${index}` }));

await t.test('a window reads one row more than requested', async (t) => {
  t.same(pageWindow({ first: 2 }), { take: 3, after: undefined });
});

await t.test('the extra row shows that there is a next page, and is not part of this one', async (t) => {
  const page = toPage(rows(3), { first: 2 });
  t.equal(page.hasNextPage, true);
  t.same(
    page.items.map(({ node }) => node.id),
    ['id0', 'id1'],
  );
  t.equal(toPage(rows(2), { first: 2 }).hasNextPage, false);
});

await t.test('a cursor leads to the rows after its row', async (t) => {
  const cursor = toPage(rows(3), { first: 2 }).items[1]?.cursor;
  t.equal(pageWindow({ first: 2, after: cursor }).after, 'id1');
});

for (const first of [0, -1, 1.5, PAGE_LIMIT + 1, NaN]) {
  await t.test(`rejects a page of ${first}`, async (t) => {
    t.throws(() => pageWindow({ first }), { code: 'INPUT_INVALID' });
  });
}

for (const after of ['', 'id1', '###', Buffer.from("' OR 1=1").toString('base64url'), 'YQ'.repeat(200)]) {
  await t.test(`rejects the cursor "${after.slice(0, 20)}"`, async (t) => {
    t.throws(() => pageWindow({ first: 1, after }), { code: 'INPUT_INVALID' });
  });
}
