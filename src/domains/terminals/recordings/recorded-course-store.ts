import type { Database } from '../../../infra/database/database.ts';
import type { RecordedCourse } from './recording.ts';

export type RecordedCourseStore = ReturnType<typeof createRecordedCourseStore>;

/** Stores which courses are recorded. */
export function createRecordedCourseStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Returns those of `courses` that are recorded. */
    async among(courses: readonly string[]): Promise<Set<string>> {
      const rows = await client.recordedCourse.findMany({ where: { course: { in: [...courses] } } });
      return new Set(rows.map(({ course }) => course));
    },

    list: (limit: number): Promise<RecordedCourse[]> =>
      client.recordedCourse.findMany({ orderBy: { course: 'asc' }, take: limit }),

    /**
     * Adds a course, and keeps the user who added it first. Returns false if `limit` others are recorded already;
     * concurrent calls cannot exceed the limit.
     */
    add: (recorded: RecordedCourse, limit: number): Promise<boolean> =>
      database.withLock('courses', async (tx) => {
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
