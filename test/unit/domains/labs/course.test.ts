import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const REST = 'title: x\nmachines: [{ name: main, image: berth/lab-linux }]\n';

await t.test('a course is a short name, optionally with a localized title', async (t) => {
  const named = await labOf(t, { 'lab.yaml': `course: docker-basics\n${REST}` });
  t.match({ course: named.course, title: named.courseTitle }, { course: 'docker-basics', title: undefined });
  const titled = await labOf(t, {
    'lab.yaml': `languages: [en, ko]\ncourse: { name: docker, title: { en: Docker, ko: 도커 } }\n${REST}`,
  });
  t.equal(titled.course, 'docker');
  t.same(titled.courseTitle, { en: 'Docker', ko: '도커' });
});

await t.test('reports problems of a course at its key', async (t) => {
  const name = 'must have only lower-case letters, digits and hyphens, such as "find-your-way"';
  t.same(await problemsOf(t, { 'lab.yaml': `course: Docker Basics\n${REST}` }), [
    `lab.yaml:1: course: ${name}`,
  ]);
  t.same(await problemsOf(t, { 'lab.yaml': `course: { name: Docker, title: Docker }\n${REST}` }), [
    `lab.yaml:1: course.name: ${name}`,
  ]);
  t.same(await problemsOf(t, { 'lab.yaml': `course: { name: docker }\n${REST}` }), [
    'lab.yaml:1: course.title: is missing',
  ]);
});
