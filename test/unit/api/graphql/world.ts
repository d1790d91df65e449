/** The data of the services in memory. */
import type { Attempt } from '../../../../src/domains/checks/results/attempt.ts';
import { fault } from '../../../../src/core/errors.ts';
import { createMemoryBus } from '../../../../src/infra/bus/memory-bus.ts';
import { allScopes } from '../../../../src/domains/identity/actor.ts';
import type { Actor, Role } from '../../../../src/domains/identity/actor.ts';
import type { User } from '../../../../src/domains/identity/user.ts';
import type { LabView } from '../../../../src/domains/labs/lab-view.ts';
import type { SavedState } from '../../../../src/domains/sessions/saves/saved-state.ts';
import type { Session } from '../../../../src/domains/sessions/session.ts';
import type { Terminal } from '../../../../src/domains/terminals/terminal.ts';
import { quietLog } from '../../../kit/basics/quiet-log.ts';

export const at = new Date('2030-01-31T09:30:00.000Z');

export const hintText = { en: 'Try `ls`.', ko: '`ls`를 해 보십시오.' };

export const lab: LabView = {
  slug: 'linux-command-line',
  version: 'v1',
  languages: ['en', 'ko'],
  title: { en: 'The Linux command line', ko: '리눅스 명령줄' },
  summary: { en: 'First commands.' },
  introduction: { en: '# Hello' },
  conclusion: { en: 'Done.' },
  minutes: 20,
  collection: 'beginnings',
  collectionTitle: { en: 'Beginnings', ko: '시작' },
  networks: [{ name: 'lab', internet: false }],
  lifetime: { idleMinutes: 30, totalMinutes: 120, maxMinutes: 240 },
  save: true,
  recording: 'output',
  attempts: 'best',
  machines: [{ name: 'main', image: 'berth/lab-base', networks: ['lab'] }],
  steps: [
    {
      id: 'look',
      title: { en: 'Look' },
      instructions: { en: 'Run `ls`.' },
      hasCheck: true,
      checks: [
        { id: 'check', kind: 'script', title: undefined, weight: 1, quiz: undefined },
        {
          id: 'ask',
          kind: 'quiz',
          title: { en: 'Names', ko: '이름' },
          weight: 2,
          quiz: {
            question: { en: 'What lists files?', ko: '무엇이 파일을 보여 줍니까?' },
            options: [
              { en: 'ls', ko: 'ls' },
              { en: 'None', ko: '없음' },
            ],
            multiple: false,
            attempts: 3,
            cost: 0.25,
          },
        },
      ],
      pass: 0.5,
      pollSeconds: 5,
      hints: [{ id: 'list', afterFailures: 2, cost: 0.1 }],
    },
    {
      id: 'read',
      title: { en: 'Read' },
      instructions: { en: 'Run `cat`.' },
      hasCheck: false,
      checks: [],
      pass: 1,
      pollSeconds: undefined,
      hints: [],
    },
  ],
};

type Name = 'owner' | 'other' | 'instructor' | 'admin';

const roles: Record<Name, Role> = {
  owner: 'student',
  other: 'student',
  instructor: 'instructor',
  admin: 'admin',
};

const names = ['owner', 'other', 'instructor', 'admin'] as const;

/** A bus that counts its listeners. */
function countingBus() {
  const bus = createMemoryBus({ log: quietLog() });
  let listeners = 0;
  const listen: typeof bus.listen = (topic, listener) => {
    const stop = bus.listen(topic, listener);
    let listening = true;
    listeners += 1;
    return () => {
      if (listening) listeners -= 1;
      listening = false;
      stop();
    };
  };
  return { ...bus, listen, listeners: () => listeners };
}

export const savedState: SavedState = {
  id: 'saved-1',
  learnerId: 'owner',
  labSlug: lab.slug,
  labVersion: lab.version,
  sessionId: 'session-1',
  isFork: false,
  bytes: 5_000_000_000,
  createdAt: at,
  expiresAt: at,
};

export function createWorld() {
  const calls: string[] = [];
  const events = countingBus();
  const actors = new Map<string, Actor>();
  const users = new Map<string, User>();
  const sessions = new Map<string, Session>();
  const attempts = new Map<string, Attempt>();
  const terminals = new Map<string, Terminal>();
  for (const name of names) {
    actors.set(name, { userId: name, role: roles[name], scopes: allScopes });
    users.set(name, {
      id: name,
      name,
      email: `${name}@example.org`,
      role: roles[name],
      disabledAt: undefined,
      createdAt: at,
    });
  }

  function addSession(learnerId: string, change: Partial<Session> = {}): Session {
    const session: Session = {
      id: `session-${sessions.size + 1}`,
      learnerId,
      labSlug: lab.slug,
      labVersion: lab.version,
      assignmentId: undefined,
      courseId: undefined,
      run: 0,
      deadline: undefined,
      state: 'ready',
      generation: 3,
      progress: undefined,
      saving: undefined,
      saveProblem: undefined,
      savedStateId: undefined,
      forkOfId: undefined,
      reason: undefined,
      machines: [
        {
          name: 'main',
          image: 'berth/lab-base',
          addresses: [{ network: 'lab', address: '10.231.0.2' }],
          diskPercent: 93,
        },
      ],
      createdAt: at,
      readyAt: at,
      expiresAt: at,
      warnedAt: undefined,
      endedAt: undefined,
      ...change,
    };
    sessions.set(session.id, session);
    return session;
  }

  async function change(id: string, change: Partial<Session>): Promise<Session> {
    const before = sessions.get(id);
    if (!before) throw fault('SESSION_NOT_FOUND');
    const session = { ...before, ...change, generation: before.generation + 1 };
    sessions.set(id, session);
    const { learnerId, generation } = session;
    await events.publish('session.changed', { sessionId: id, learnerId, generation });
    return session;
  }

  return { events, actors, users, sessions, attempts, terminals, calls, addSession, change };
}

export type World = ReturnType<typeof createWorld>;
