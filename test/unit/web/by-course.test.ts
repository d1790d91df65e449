import t from 'tap';
import { byCourse } from '../../../web/src/modules/catalogue/by-course.ts';

const lab = (title: string, course: string | null = null, courseTitle: string | null = null) => ({
  title,
  course,
  courseTitle,
});

await t.test('labs of a course stand together under its title, the others after them', async (t) => {
  const shown = byCourse([
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
  t.same(byCourse([]), []);
});
