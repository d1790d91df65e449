import type { Database } from '../../database/database.ts';
import type { RecordedCourse } from './recording.ts';

export type RecordedCourseStore = ReturnType<typeof createRecordedCourseStore>;

/** Which courses are recorded. */
export function createRecordedCourseStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Those of `courses` that are. */
    async among(courses: readonly string[]): Promise<Set<string>> {
      const rows = await client.recordedCourse.findMany({ where: { course: { in: [...courses] } } });
      return new Set(rows.map(({ course }) => course));
    },

    list: (limit: number): Promise<RecordedCourse[]> =>
      client.recordedCourse.findMany({ orderBy: { course: 'asc' }, take: limit }),

    count: (): Promise<number> => client.recordedCourse.count(),

    /** Who turned it on first stays noted. */
    async add(recorded: RecordedCourse): Promise<void> {
      const { course } = recorded;
      await client.recordedCourse.upsert({ where: { course }, create: recorded, update: { course } });
    },

    async remove(course: string): Promise<void> {
      await client.recordedCourse.deleteMany({ where: { course } });
    },
  };
}
