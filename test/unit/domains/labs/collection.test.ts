import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const REST = 'title: x\nmachines: [{ name: main, image: berth/lab-linux }]\n';

await t.test('a collection is a short name, optionally with a localized title', async (t) => {
  const named = await labOf(t, { 'lab.yaml': `collection: docker-basics\n${REST}` });
  t.match(
    { collection: named.collection, title: named.collectionTitle },
    { collection: 'docker-basics', title: undefined },
  );
  const titled = await labOf(t, {
    'lab.yaml': `languages: [en, ko]\ncollection: { name: docker, title: { en: Docker, ko: 도커 } }\n${REST}`,
  });
  t.equal(titled.collection, 'docker');
  t.same(titled.collectionTitle, { en: 'Docker', ko: '도커' });
});

await t.test('reports problems of a collection at its key', async (t) => {
  const name = 'must have only lower-case letters, digits and hyphens, such as "find-your-way"';
  t.same(await problemsOf(t, { 'lab.yaml': `collection: Docker Basics\n${REST}` }), [
    `lab.yaml:1: collection: ${name}`,
  ]);
  t.same(await problemsOf(t, { 'lab.yaml': `collection: { name: Docker, title: Docker }\n${REST}` }), [
    `lab.yaml:1: collection.name: ${name}`,
  ]);
  t.same(await problemsOf(t, { 'lab.yaml': `collection: { name: docker }\n${REST}` }), [
    'lab.yaml:1: collection.title: is missing',
  ]);
});

await t.test('the old key "course" is still read, with a warning', async (t) => {
  const lab = await labOf(t, { 'lab.yaml': `${REST}course: { name: docker, title: Docker }\n` });
  t.match(lab, { collection: 'docker', collectionTitle: { en: 'Docker' } });
  t.match(lab.warnings, [{ file: 'lab.yaml', line: 3, key: 'course', message: /"collection"; rename/ }]);
  t.same((await labOf(t, { 'lab.yaml': `${REST}collection: docker\n` })).warnings, []);
  t.same(await problemsOf(t, { 'lab.yaml': `${REST}course: Docker Basics\n` }), [
    'lab.yaml:3: course: must have only lower-case letters, digits and hyphens, such as "find-your-way"',
  ]);
  t.match(await problemsOf(t, { 'lab.yaml': `${REST}collection: docker\ncourse: docker\n` }), [
    /^lab\.yaml:4: course: /,
  ]);
  t.match(await problemsOf(t, { 'lab.yaml': `${REST}constructor: docker\n` }), [/constructor/]);
});
