import type { CatalogueLab } from '../../generated/operations.ts';

/** The course that a lab belongs to; nulls if it belongs to none. */
type LabCourse = Pick<CatalogueLab, 'course' | 'courseTitle'>;

/** The labs of one course. */
interface CourseLabs<Lab> {
  /** Null for labs without a course, or whose course has no title. */
  title: string | null;
  labs: Lab[];
}

/** Groups labs by course, in the order in which each course first appears. Labs without a titled course come last. */
export function groupByCourse<Lab extends LabCourse>(labs: readonly Lab[]): CourseLabs<Lab>[] {
  const courses = new Map<string | null, CourseLabs<Lab>>();
  for (const lab of labs) {
    const key = lab.courseTitle === null ? null : lab.course;
    const known = courses.get(key);
    if (known) known.labs.push(lab);
    else courses.set(key, { title: lab.courseTitle, labs: [lab] });
  }
  const others = courses.get(null);
  courses.delete(null);
  return others ? [...courses.values(), others] : [...courses.values()];
}
