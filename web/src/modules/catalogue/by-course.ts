/** What a lab says of the course that it belongs to. */
export interface OfCourse {
  course: string | null;
  courseTitle: string | null;
}

/** Labs that are shown together. */
export interface CourseLabs<Lab> {
  /** Null for those of no course that has a title. */
  title: string | null;
  labs: Lab[];
}

/** The labs of each course with a title, in the order in which courses and labs first come; the others last. */
export function byCourse<Lab extends OfCourse>(labs: readonly Lab[]): CourseLabs<Lab>[] {
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
