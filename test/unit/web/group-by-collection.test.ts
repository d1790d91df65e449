import t from 'tap';
import { groupByCollection } from '../../../web/src/modules/catalogue/group-by-collection.ts';

const lab = (title: string, collection: string | null = null, collectionTitle: string | null = null) => ({
  title,
  collection,
  collectionTitle,
});

await t.test('groups labs by collection, with the other labs last', async (t) => {
  const shown = groupByCollection([
    lab('Alone'),
    lab('Docker 1', 'docker', 'Docker'),
    lab('Git 1', 'git', 'Git'),
    lab('Docker 2', 'docker', 'Docker'),
    lab('Of a collection without a title', 'quiet'),
  ]);
  t.same(
    shown.map(({ title, labs }) => [title, ...labs.map((each) => each.title)]),
    [
      ['Docker', 'Docker 1', 'Docker 2'],
      ['Git', 'Git 1'],
      [null, 'Alone', 'Of a collection without a title'],
    ],
  );
  t.same(groupByCollection([]), []);
});
