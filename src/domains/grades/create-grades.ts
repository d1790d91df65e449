import { delay } from '../../core/clock.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { createQueue } from '../../core/queue.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Checks } from '../checks/create-checks.ts';
import type { Courses } from '../courses/create-courses.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import { createGradeService } from './grade-service.ts';
import { createGradeStore } from './grade-store.ts';
import type { GradeService } from './grade.ts';
import { createGrading } from './grading.ts';
import { createMatrixService } from './matrix.ts';
import type { MatrixService } from './matrix.ts';

export { markWork } from './grade-store.ts';

/** Interval at which grades are computed whose process died before it computed them, in milliseconds. */
const EVERY_MS = 30_000;

export interface Grades {
  service: GradeService;
  matrix: MatrixService;
  /** Computes a grade after its learner's work has changed. Returns immediately. */
  onWork(work: { assignmentId: string; learnerId: string }): void;
  /** Computes the grades that a change of labs affects. Returns immediately. */
  onLabs(): void;
  /** Computes the outdated grades of a course that is about to be archived. */
  settle(courseId: string): Promise<void>;
  /** Keeps all grades up to date until the signal aborts. */
  maintain(signal: AbortSignal): Promise<void>;
}

/** Creates the services of grades. */
export function createGrades(options: {
  database: Database;
  courses: Pick<Courses, 'grading' | 'assignments'>;
  checks: Pick<Checks, 'judged' | 'progressOf'>;
  catalogue: Pick<LabCatalogue, 'find' | 'version'>;
  events: Pick<EventBus, 'listen'>;
  clock: Clock;
  log: Log;
}): Grades {
  const { database, events, clock, log } = options;
  const { grading: access, assignments } = options.courses;
  const { judged, progressOf } = options.checks;
  const store = createGradeStore({ database });
  let isStopped = false;
  const grading = createGrading({ ...options, judged, access, store, isStopped: () => isStopped });
  const queue = createQueue(1);
  /** Names of the waiting tasks. A task that waits already is not added again. */
  const waiting = new Set<string>();

  async function run(name: string, task: () => Promise<void>): Promise<void> {
    if (isStopped || waiting.has(name)) return;
    waiting.add(name);
    await queue.run(async () => {
      waiting.delete(name);
      if (isStopped) return;
      await task().catch((error: unknown) => log.error({ err: error, task: name }, 'grades not computed'));
    });
  }

  return {
    matrix: createMatrixService({ access, progressOf }),
    service: createGradeService({ store, access, assignments, grading, clock }),

    onWork(work) {
      const { assignmentId, learnerId } = work;
      void run(`learner ${assignmentId} ${learnerId}`, () => grading.refreshOne(work));
    },

    onLabs: () => void run('labs', grading.refreshUnpinned),

    settle: (courseId) => grading.refreshCourse(courseId),

    async maintain(signal) {
      const unlisten = events.listen(
        'course.changed',
        ({ courseId }) => void run(`course ${courseId}`, () => grading.refreshCourse(courseId)),
      );
      try {
        await run('marked', grading.refreshMarked);
        // Terms and labs may have changed just before the service stopped.
        await run('all', grading.refreshAll);
        while (!signal.aborted) {
          await delay(clock, EVERY_MS, signal);
          await run('marked', grading.refreshMarked);
        }
      } finally {
        isStopped = true;
        unlisten();
        // What has started must end before the database closes.
        await queue.run(async () => undefined);
      }
    },
  };
}
