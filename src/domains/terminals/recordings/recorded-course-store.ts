import type { Database } from '../../../infra/database/database.ts';
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

    /** Who turned it on first stays noted. False where there are as many as `limit` already, however many ask at once. */
    add: (recorded: RecordedCourse, limit: number): Promise<boolean> =>
      database.inTurn('courses', async (tx) => {
        const { course } = recorded;
        if ((await tx.recordedCourse.count({ where: { course: { not: course } } })) >= limit) return false;
        await tx.recordedCourse.upsert({ where: { course }, create: recorded, update: { course } });
        return true;
      }),

    async remove(course: string): Promise<void> {
      await client.recordedCourse.deleteMany({ where: { course } });
    },
  };
}
