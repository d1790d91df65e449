import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toGlobalId } from '../src/api/shared/global-id.ts';
import { newId } from '../src/core/ids.ts';
import { allScopes } from '../src/domains/identity/actor.ts';
import type { Actor } from '../src/domains/identity/actor.ts';
import { openDatabase } from '../src/infra/database/database.ts';
import { inBatches } from './gradebook-ours.ts';
import { TOKEN, serveOurs } from './graphql-ours.ts';

const LEARNERS = 200;
const STEPS = 40;
const LAB = 'matrix';

/**
 * Starts the service with an assignment of 40 steps and 200 learners, who have all checked every step, on a SQLite file.
 * `check` checks a step for the next learner: a question, so that only the service itself is measured.
 */
export async function serveMatrix(): Promise<{
  port: number;
  assignment: string;
  check: () => Promise<{ learner: string }>;
  close: () => Promise<void>;
}> {
  const ours = await serveOurs({ BERTH_LOG_LEVEL: 'silent' }, writeLab);
  const { services, databaseUrl } = ours;
  const admin = await services.authentication.byToken(TOKEN);
  const course = await services.courses.create(admin, { title: 'Class', timeZone: 'UTC', state: 'open' });
  const lab = services.labs.get(admin, LAB);
  const { id: assignmentId } = await services.assignments.create(admin, course.id, LAB, {});
  const database = await openDatabase({ url: databaseUrl });
  const { client } = database;
  const at = new Date();
  const end = new Date(at.getTime() + 24 * 3_600_000);
  const learners = Array.from({ length: LEARNERS }, (_, number) => ({
    id: newId(),
    name: `Learner ${number}`,
    role: 'student' as const,
    createdAt: at,
  }));
  await client.user.createMany({ data: learners });
  const role = 'learner' as const;
  await client.courseMember.createMany({
    data: learners.map(({ id: userId }) => ({
      id: newId(),
      courseId: course.id,
      userId,
      role,
      source: 'csv' as const,
      createdAt: at,
    })),
  });
  const sessions = learners.map(({ id: learnerId }) => ({
    id: newId(),
    learnerId,
    labSlug: LAB,
    labVersion: lab.version,
    assignmentId,
    courseId: course.id,
    run: 1,
    state: 'ready' as const,
    idleMinutes: 30,
    createdAt: at,
    readyAt: at,
    lastActivityAt: at,
    expiresAt: end,
    endsAt: end,
    maxEndsAt: end,
  }));
  await inBatches(sessions, (data) => client.session.createMany({ data }));
  await client.machine.createMany({
    data: sessions.map(({ id: sessionId }) => ({
      id: newId(),
      sessionId,
      name: 'main',
      image: 'none',
      containerId: `none-${sessionId}`,
    })),
  });
  await client.assignmentWork.createMany({
    data: learners.map(({ id: learnerId }) => ({ assignmentId, learnerId, runs: 1, startedAt: at })),
  });
  const progress = learners.flatMap(({ id: learnerId }) =>
    Array.from({ length: STEPS }, (_, step) => ({
      learnerId,
      labSlug: LAB,
      assignmentId,
      run: 1,
      stepId: `step-${step}`,
      attempts: 1,
      passed: step % 2 === 0,
      updatedAt: at,
    })),
  );
  await inBatches(progress, (data) => client.progress.createMany({ data }));
  let checks = 0;

  return {
    port: ours.port,
    assignment: toGlobalId('Assignment', assignmentId),
    async check() {
      const session = sessions[checks++ % LEARNERS];
      if (!session) throw new Error('There is no session.');
      const actor: Actor = { userId: session.learnerId, role: 'student', scopes: allScopes };
      const answers = [{ checkId: 'check', text: 'right' }];
      const stepId = `step-${checks % STEPS}`;
      const attempt = await services.checks.run(actor, { sessionId: session.id, stepId, answers });
      if (!attempt.passed) throw new Error(attempt.message);
      return { learner: toGlobalId('User', session.learnerId) };
    },
    async close() {
      await database.close();
      await ours.close();
    },
  };
}

async function writeLab(labs: string): Promise<void> {
  const steps = Array.from(
    { length: STEPS },
    (_, step) =>
      `  - { id: step-${step}, title: Step ${step}, instructions: step.md, check: { quiz: { question: Which?, answer: right } } }`,
  );
  const folder = join(labs, LAB);
  await mkdir(folder, { recursive: true });
  const machines = 'machines: [{ name: main, image: berth/lab-linux }]';
  await writeFile(join(folder, 'lab.yaml'), `title: Matrix\n${machines}\nsteps:\n${steps.join('\n')}\n`);
  await writeFile(join(folder, 'step.md'), 'Do this, then that.\n');
}
