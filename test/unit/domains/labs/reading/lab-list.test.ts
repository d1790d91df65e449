import t from 'tap';
import type { LabView } from '../../../../../src/domains/labs/lab-view.ts';
import { PAGE_LIMIT } from '../../../../../src/core/paging.ts';
import { countRuns } from '../../../../kit/engine/run-counts.ts';

const mostRuns = await countRuns(t);
const { createLabList } = await import('../../../../../src/domains/labs/reading/lab-list.ts');

function view(title: string, slug = title.toLowerCase().replaceAll(/\W+/g, '-')): LabView {
  const lifetime = { idleMinutes: 1, totalMinutes: 2, maxMinutes: 3 };
  const texts = {
    version: 'v',
    languages: ['en'],
    summary: { en: '' },
    introduction: { en: '' },
    conclusion: { en: '' },
    minutes: undefined,
    collection: undefined,
    collectionTitle: undefined,
  };
  return {
    ...texts,
    slug,
    title: { en: title },
    networks: [],
    lifetime,
    recording: undefined,
    save: true,
    attempts: 'best',
    machines: [],
    steps: [],
  };
}

const titles = (page: { items: { node: LabView }[] }) => page.items.map(({ node }) => node.title['en']);

await t.test('sorts labs by title with numeric order', async (t) => {
  const list = createLabList(['Lab 10', 'lab 2', 'Äpfel', 'Zebra', 'Lab 1'].map((title) => view(title)));
  t.same(titles(list.page({ first: 10 })), ['Äpfel', 'Lab 1', 'lab 2', 'Lab 10', 'Zebra']);
});

await t.test('pages have no gaps or repetitions, even with equal titles', async (t) => {
  const list = createLabList(Array.from({ length: 7 }, (_, index) => view('Same', `lab-${index}`)));
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = list.page({ first: 3, after });
    seen.push(...page.items.map(({ node }) => node.slug));
    after = page.hasNextPage ? page.items.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  t.same(
    seen,
    [0, 1, 2, 3, 4, 5, 6].map((index) => `lab-${index}`),
  );
});

await t.test('a cursor still works after its lab is removed', async (t) => {
  const before = createLabList(['A', 'B', 'C'].map((title) => view(title)));
  const cursor = before.page({ first: 2 }).items[1]?.cursor;
  const now = createLabList(['A', 'C'].map((title) => view(title)));
  t.same(titles(now.page({ first: 5, after: cursor })), ['C']);
  t.same(titles(createLabList([]).page({ first: 5, after: cursor })), []);
});

await t.test('rejects a page size out of range and an invalid cursor', async (t) => {
  const list = createLabList([view('A')]);
  for (const first of [0, -1, 1.5, NaN, PAGE_LIMIT + 1]) {
    t.throws(() => list.page({ first }), { code: 'INPUT_INVALID' });
  }
  for (const after of ['', 'x', '????', Buffer.from('A').toString('base64url'), 'A'.repeat(10_000)]) {
    t.throws(() => list.page({ first: 1, after }), { code: 'INPUT_INVALID' }, after.slice(0, 20));
  }
});

await t.test('a page takes the same time with five thousand labs as with twenty', async (t) => {
  /** The cost of a page in the middle of a list of `count` labs, after a lab that exists or was removed. */
  async function cost(count: number, { gone }: { gone: boolean }): Promise<number> {
    const labs = Array.from({ length: count }, (_, index) => view(`Lab ${index}`));
    const before = createLabList(labs);
    let after: string | undefined;
    for (let passed = 0; passed < count / 2; passed += 10) {
      after = before.page({ first: 10, after }).items.at(-1)?.cursor;
    }
    const list = createLabList(gone ? labs.toSpliced(count / 2 - 1, 1) : labs);
    await mostRuns();
    t.equal(list.page({ first: 10, after }).items.length, 10);
    return mostRuns();
  }
  t.equal(await cost(20, { gone: false }), 10);
  t.equal(await cost(5_000, { gone: false }), 10, 'the most frequent operation is to return each of the ten');
  t.ok((await cost(5_000, { gone: true })) < 20, 'five thousand can be halved that often');
});
