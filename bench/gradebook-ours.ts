import { toGlobalId } from '../src/api/shared/global-id.ts';
import { newId } from '../src/core/ids.ts';
import { openDatabase } from '../src/infra/database/database.ts';
import type { Database } from '../src/infra/database/database.ts';
import { STEPS, TOKEN, serveOurs } from './graphql-ours.ts';

/** A large course: every learner has checked every step of every assignment once. */
export const LEARNERS = 500;
export const ASSIGNMENTS = 20;

/** Rows in one insert: SQLite limits the number of its values. */
const BATCH = 1_000;

/**
 * Starts the service with a large course on a SQLite file, and waits until its grades are computed. `outdate` makes all
 * grades outdated, as a changed late policy does.
 */
export async function serveGradebook(): Promise<{
  port: number;
  courseId: string;
  outdate: () => Promise<void>;
  close: () => Promise<void>;
}> {
  const ours = await serveOurs({ BERTH_LOG_LEVEL: 'silent' });
  const { services, databaseUrl } = ours;
  const admin = await services.authentication.byToken(TOKEN);
  const course = await services.courses.create(admin, { title: 'Large', timeZone: 'UTC', state: 'open' });
  const assignmentIds: string[] = [];
  for (let lab = 1; lab <= ASSIGNMENTS; lab++) {
    const terms = { dueAt: '2030-01-01T00:00:00Z', latePercentPerDay: 10 };
    assignmentIds.push((await services.assignments.create(admin, course.id, `lab-${lab}`, terms)).id);
  }
  const database = await openDatabase({ url: databaseUrl });
  await fill(database, course.id, assignmentIds);
  // Archiving computes and stores all grades. No background work is started, which would provision the session.
  await services.courses.update(admin, course.id, { state: 'archived' });
  await services.courses.update(admin, course.id, { state: 'open' });
  return {
    port: ours.port,
    courseId: toGlobalId('Course', course.id),
    outdate: async () => void (await database.client.grade.updateMany({ data: { basis: 'outdated' } })),
    async close() {
      await database.close();
      await ours.close();
    },
  };
}

async function fill(database: Database, courseId: string, assignmentIds: readonly string[]): Promise<void> {
  const { client } = database;
  const at = new Date();
  const learners = Array.from({ length: LEARNERS }, (_, number) => ({
    id: newId(),
    name: `Learner ${number}`,
    email: `learner-${number}@example.org`,
    role: 'student' as const,
    createdAt: at,
  }));
  await client.user.createMany({ data: learners });
  await client.courseMember.createMany({
    data: learners.map(({ id: userId }) => ({
      id: newId(),
      courseId,
      userId,
      role: 'learner' as const,
      source: 'csv' as const,
      createdAt: at,
    })),
  });
  const pairs = assignmentIds.flatMap((assignmentId, lab) =>
    learners.map(({ id: learnerId }) => ({ assignmentId, learnerId, labSlug: `lab-${lab + 1}` })),
  );
  const attempts = pairs.flatMap((pair) =>
    Array.from({ length: STEPS }, (_, step) => ({
      id: newId(),
      ...pair,
      labVersion: 'v1',
      stepId: `step-${step}`,
      run: 1,
      state: 'finished' as const,
      passed: step % 2 === 0,
      score: step % 2 === 0 ? 1 : 0.5,
      startedAt: at,
      finishedAt: at,
    })),
  );
  await inBatches(attempts, (data) => client.attempt.createMany({ data }));
  const verdict = {
    place: 0,
    checkId: 'check',
    kind: 'script' as const,
    weight: 1,
    state: 'finished' as const,
  };
  await inBatches(attempts, (some) =>
    client.checkVerdict.createMany({
      data: some.map(({ id: attemptId, passed, score }) => ({
        ...verdict,
        attemptId,
        passed,
        score,
        message: '',
        evidence: '',
      })),
    }),
  );
  const of = pairs.map(({ assignmentId, learnerId }) => ({ assignmentId, learnerId }));
  await inBatches(of, (some) =>
    client.assignmentWork.createMany({ data: some.map((pair) => ({ ...pair, runs: 1, startedAt: at })) }),
  );
  await inBatches(of, (some) =>
    client.grade.createMany({ data: some.map((pair) => ({ ...pair, updatedAt: at })) }),
  );
}

/** Inserts rows in batches. */
export async function inBatches<T>(
  all: readonly T[],
  insert: (some: T[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < all.length; start += BATCH) await insert(all.slice(start, start + BATCH));
}
