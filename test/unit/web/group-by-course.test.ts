import t from 'tap';
import { groupByCourse } from '../../../web/src/modules/catalogue/group-by-course.ts';

const lab = (title: string, course: string | null = null, courseTitle: string | null = null) => ({
  title,
  course,
  courseTitle,
});

await t.test('groups labs by course, with the other labs last', async (t) => {
  const shown = groupByCourse([
    lab('Alone'),
    lab('Docker 1', 'docker', 'Docker'),
    lab('Git 1', 'git', 'Git'),
    lab('Docker 2', 'docker', 'Docker'),
    lab('Of a course without a title', 'quiet'),
  ]);
  t.same(
    shown.map(({ title, labs }) => [title, ...labs.map((each) => each.title)]),
    [
      ['Docker', 'Docker 1', 'Docker 2'],
      ['Git', 'Git 1'],
      [null, 'Alone', 'Of a course without a title'],
    ],
  );
  t.same(groupByCourse([]), []);
});
