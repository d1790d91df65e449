import type { Test } from 'tap';
import type { CheckEngine } from '../../../src/domains/checks/check-runner.ts';
import { createChecks } from '../../../src/domains/checks/create-checks.ts';
import type { Checks, ChecksOptions } from '../../../src/domains/checks/create-checks.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { fault } from '../../../src/core/errors.ts';
import type { BerthEvents } from '../../../src/infra/bus/event-bus.ts';
import { requireActor } from '../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { newId } from '../../../src/core/ids.ts';
import type { LabCatalogue } from '../../../src/domains/labs/catalogue.ts';
import { isOwnerGone, newOwner } from '../../../src/infra/leases/process-owner.ts';
import type { Session, SessionService } from '../../../src/domains/sessions/session.ts';
import { markWork } from '../../../src/domains/grades/create-grades.ts';
import { openCatalogue } from './catalogue.ts';
import { createActors } from '../service/actors.ts';
import type { Actors } from '../service/actors.ts';
import { labsFolder } from './lab-folders.ts';
import { unpinned } from './pins.ts';
import { clockedLimits } from '../basics/clocked-limits.ts';
import { assignmentRulesOn, workAccessOn } from '../service/courses.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { unwatched } from '../basics/unwatched.ts';

/** Steps of the lab `lab` that these tests check, named after their scripts. */
const scripts = {
  pass: 'echo "Well done."',
  fail: 'echo "Not yet."; exit 1',
  flag: '[ -e /tmp/flag ] && echo "There it is." || { echo "No flag."; exit 1; }',
  slow: 'sleep 2; echo "At last."',
  endless: 'sleep 1000',
  nul: `printf 'a\\000b\\n'`,
};

export type StepId = keyof typeof scripts;

/** Checks on a database and a machine, with one session of `actors.owner`. */
export interface CheckWorld {
  checks: Checks;
  actors: Actors;
  sessionId: string;
  catalogue: LabCatalogue;
  events: BerthEvents['check.finished'][];
  /** Ids of sessions whose activity was reported. */
  touched: string[];
  /** Another service process, as other processes see it. */
  neighbour(changes?: Partial<Pick<ChecksOptions, 'catalogue' | 'sessions' | 'checksPerDay'>>): Checks;
  /** Stores a session of the lab and returns its id. */
  addSession(
    learnerId: string,
    lab?: string,
    of?: { assignmentId?: string; courseId?: string; run?: number },
  ): Promise<string>;
}

export interface CheckWorldOptions {
  database: Database;
  engine: CheckEngine;
  machineId: string;
  clock?: Clock;
}

export async function createCheckWorld(t: Test, options: CheckWorldOptions): Promise<CheckWorld> {
  const { database, engine, machineId, clock = systemClock } = options;
  const actors = await createActors(database);
  const catalogue = await openCatalogue(database, await checkLabs(t));
  const events: CheckWorld['events'] = [];
  const touched: string[] = [];
  const sessions = sessionsOn(database, machineId, touched);

  function neighbour(changes = {}): Checks {
    const checks = createChecks({
      database,
      engine,
      clock,
      catalogue,
      assignmentRules: assignmentRulesOn(database, clock),
      workAccess: workAccessOn(database),
      sessions,
      log: quietLog(),
      pins: unpinned,
      rateLimits: clockedLimits(clock),
      credentialWatch: unwatched,
      leaseOwner: newOwner(),
      isGone: isOwnerGone,
      markWork,
      ...changes,
      events: { publish: async (_, event) => void events.push(event as BerthEvents['check.finished']) },
    });
    t.teardown(() => checks.stop());
    return checks;
  }

  const addSession: CheckWorld['addSession'] = (learnerId, lab = 'lab', of = {}) =>
    insertSession(database, learnerId, lab, of);
  const sessionId = await addSession(actors.owner.userId);
  return { checks: neighbour(), actors, sessionId, catalogue, events, touched, neighbour, addSession };
}

/** A step with a script that can give half the score, a question of each form, and a file. */
const mixed = `title: Mixed
languages: [en, ko]
machines: [{ name: main, image: berth/lab-linux, user: learner }]
attempts: last
steps:
  - id: parts
    title: Parts
    instructions: a.md
    pass: 60%
    checks:
      - { id: half, script: half.sh, weight: 2 }
      - id: which
        quiz:
          question: { en: Which?, ko: 어느 것? }
          options: [{ text: one }, { text: two, correct: true }, { text: { en: three, ko: 셋 } }]
          explanation: { en: It is the second., ko: 두 번째입니다. }
      - { id: word, quiz: { question: Which word?, answer: [secret], ignoreCase: true } }
      - { id: flag, file: { path: ~/flag } }
  - id: broken
    title: Broken
    instructions: a.md
    checks: [{ id: word, quiz: { question: Which word?, answer: secret } }, { id: lost, script: "#!/bin/none -x" }, { id: last, script: "exit 0" }]
  - id: ask
    title: Ask
    instructions: a.md
    check: { quiz: { question: Which?, options: [a, { text: b, correct: true }] } }
    hints:
      - { en: The second of two., ko: 둘 중 둘째. }
      - { id: b, text: It is b., after: 2, cost: 30% }
  - id: limited
    title: Limited
    instructions: a.md
    pass: 50%
    checks:
      - { id: few, quiz: { question: Which?, answer: right, attempts: 3, cost: 20%, explanation: It is right. } }
      - { id: dear, quiz: { question: Which?, answer: right, cost: 25% } }
      - { id: fails, weight: 0.001, script: "[ ! -e /tmp/lost ] || exec sleep 10", timeout: 1 }
  - { id: polled, title: Polled, instructions: a.md, poll: 5, check: { file: { path: /tmp/polled } } }
`;

/** A folder with the labs of these tests. */
export function checkLabs(t: Test): Promise<string> {
  const steps = Object.keys(scripts).map(
    (id) => `  - { id: ${id}, title: ${id}, instructions: a.md, check: { script: ${id}.sh, timeout: 60 } }\n`,
  );
  const machines = 'machines: [{ name: main, image: berth/lab-linux }]\n';
  return labsFolder(t, {
    lab: {
      'lab.yaml': `title: Lab\n${machines}steps:\n  - { id: read, title: Read, instructions: a.md }\n${steps.join('')}`,
      'a.md': 'Do it.',
      ...Object.fromEntries(Object.entries(scripts).map(([id, script]) => [`${id}.sh`, script])),
    },
    other: {
      'lab.yaml': `title: Other\n${machines}steps: [{ id: pass, title: Pass, instructions: a.md, check: { script: a.md } }]\n`,
      'a.md': 'true',
    },
    mixed: {
      'lab.yaml': mixed,
      'a.md': 'Do it.',
      'a.ko.md': '하십시오.',
      'half.sh': `[ -e /tmp/whole ] && exit
score 1/2
[ "$BERTH_LANGUAGE" = en ] || [ "$BERTH_LANGUAGE" = ko ] || fail "$BERTH_LANGUAGE?"
fail 'Half of it is there.' '절반입니다.'
`,
    },
  });
}

export async function insertSession(
  database: Database,
  learnerId: string,
  labSlug: string,
  of: { assignmentId?: string; courseId?: string; run?: number } = {},
): Promise<string> {
  const now = new Date();
  const end = new Date(now.getTime() + 3_600_000);
  const life = {
    idleMinutes: 30,
    createdAt: now,
    lastActivityAt: now,
    expiresAt: end,
    endsAt: end,
    maxEndsAt: end,
  };
  const id = newId();
  await database.client.session.create({
    data: { id, learnerId, labSlug, labVersion: 'v1', state: 'ready', ...of, ...life },
  });
  return id;
}

/** The parts of sessions that checks need, on rows of the database and one machine for all of them. */
export function sessionsOn(
  database: Database,
  machineId: string,
  touched: string[] = [],
): Pick<SessionService, 'get' | 'machine' | 'requireCounting' | 'touch'> {
  async function get(actor: Actor | undefined, id: string): Promise<Session> {
    requireActor(actor, { scope: 'read' });
    const row = await database.client.session.findUnique({ where: { id } });
    if (!row || !(await workAccessOn(database).includes(actor, row))) throw fault('SESSION_NOT_FOUND');
    const { learnerId, labSlug, labVersion, state, generation, createdAt, expiresAt } = row;
    const unset = { progress: undefined, reason: undefined, readyAt: undefined, warnedAt: undefined };
    const saved = { saving: undefined, saveProblem: undefined, savedStateId: undefined };
    return {
      id,
      learnerId,
      labSlug,
      labVersion,
      assignmentId: row.assignmentId ?? undefined,
      courseId: row.courseId ?? undefined,
      run: row.run,
      deadline: undefined,
      state,
      generation,
      createdAt,
      expiresAt,
      ...unset,
      ...saved,
      forkOfId: row.forkOfId ?? undefined,
      endedAt: undefined,
      machines: [],
    };
  }
  return {
    get,
    async machine(actor, id, name) {
      const { state, forkOfId, ...session } = await get(actor, id);
      if (state !== 'ready') throw fault('SESSION_NOT_READY', { state });
      const isFork = forkOfId !== undefined;
      const { learnerId, labSlug, labVersion, assignmentId, courseId, run } = session;
      const of = { learnerId, labSlug, labVersion, assignmentId, courseId, run };
      return { name, machineId, sessionId: id, isFork, ...of };
    },
    requireCounting: async (actor, id) => void (await get(actor, id)),
    touch: (id) => void touched.push(id),
  };
}
