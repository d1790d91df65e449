import t from 'tap';
import type { Actor, Role } from '../../../src/domains/identity/actor.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { openLabs } from '../../kit/labs/catalogue.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { labsFolder, smallLab } from '../../kit/labs/lab-folders.ts';

const SECRET = 'exit 0 # the answer';

const actor = (role: Role, scopes: Actor['scopes'] = ['read', 'learn', 'manage']): Actor => ({
  userId: role,
  role,
  scopes,
});

const directory = await labsFolder(t, {
  lab: {
    'lab.yaml': `title: Lab
machines: [{ name: main, image: berth/lab-linux, environment: { PASSWORD: hunter2 } }]
steps:
  - id: one
    title: One
    instructions: a.md
    start: a.sh
    solution: a.sh
    wrong: a.sh
    hints: [{ text: "Think of the answer.", cost: 10% }]
    checks:
      - { script: a.sh }
      - { quiz: { question: Which?, options: [{ text: This, correct: true }, That], explanation: It is the answer. } }
      - { quiz: { question: What?, answer: the answer } }
      - { file: { path: /a, contains: the answer } }
      - { command: { run: a, equals: the answer } }
      - { http: { port: 80, matches: the answer } }
  - { id: two, title: Two, instructions: a.md }
`,
    'a.md': 'Do it.',
    'a.sh': SECRET,
  },
  bad: { 'lab.yaml': 'title: 1\n' },
  other: smallLab('Other'),
});
const { service, sources } = await openLabs(await freshDatabase(t, 'sqlite'), directory);
const archive = async () => tarOf({ name: 'lab.yaml', body: smallLab('Uploaded')['lab.yaml'] ?? '' });

const ours = { name: 'Ours', ref: undefined, folder: undefined, everyMinutes: undefined };

type Ask = (actor: Actor | undefined) => unknown;
const operations: [name: string, ask: Ask, expected: Record<Role | 'nobody', string>][] = [
  [
    'get',
    (who) => service.get(who, 'lab'),
    { student: 'ok', instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' },
  ],
  [
    'find',
    (who) => service.find(who, 'lab'),
    { student: 'ok', instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' },
  ],
  [
    'list',
    (who) => service.list(who, { first: 1 }),
    { student: 'ok', instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' },
  ],
  [
    'problems',
    (who) => service.problems(who),
    { student: 'FORBIDDEN', instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' },
  ],
  [
    'reload',
    (who) => service.reload(who),
    { student: 'FORBIDDEN', instructor: 'FORBIDDEN', admin: 'ok', nobody: 'UNAUTHENTICATED' },
  ],
  ...forAdmins([
    ['upload', (who) => service.upload(who, 'uploaded', archive)],
    ['removeUploaded', (who) => service.removeUploaded(who, 'uploaded')],
    ['sources.list', (who) => sources.list(who)],
    ['sources.get', (who) => sources.get(who, 'none'), 'LAB_SOURCE_NOT_FOUND'],
    ['sources.add', (who) => sources.add(who, { ...ours, address: 'ext::sh' }), 'INPUT_INVALID'],
    ['sources.check', (who) => sources.check(who, 'none'), 'LAB_SOURCE_NOT_FOUND'],
    ['sources.remove', (who) => sources.remove(who, 'none')],
  ]),
];

function forAdmins(all: [name: string, ask: Ask, admin?: string][]): typeof operations {
  return all.map(([name, ask, admin = 'ok']) => [
    name,
    ask,
    { student: 'FORBIDDEN', instructor: 'FORBIDDEN', admin, nobody: 'UNAUTHENTICATED' },
  ]);
}

const outcome = (ask: Ask, who: Actor | undefined) => outcomeOf(async () => ask(who));

for (const [name, ask, expected] of operations) {
  await t.test(`${name}: which actors may and may not`, async (t) => {
    t.same(
      {
        student: await outcome(ask, actor('student')),
        instructor: await outcome(ask, actor('instructor')),
        admin: await outcome(ask, actor('admin')),
        nobody: await outcome(ask, undefined),
      },
      expected,
    );
    t.equal(await outcome(ask, actor('admin', ['learn'])), 'FORBIDDEN', 'the scope is required');
  });
}

await t.test('reloading requires the scope "manage"', async (t) => {
  t.equal(await outcomeOf(() => service.reload(actor('admin', ['read', 'learn']))), 'FORBIDDEN');
});

await t.test('scripts, answers, hints and environments are hidden', async (t) => {
  const given = JSON.stringify([
    service.get(actor('admin'), 'lab'),
    service.list(actor('admin'), { first: 10 }),
    service.find(actor('admin'), 'lab', 'old'),
  ]);
  t.notMatch(given, /the answer|hunter2|correct/);
  t.match(given, /Which\?.*This.*That/s);
  t.same(
    service.get(actor('student'), 'lab').steps.map(({ id, hasCheck }) => ({ id, hasCheck })),
    [
      { id: 'one', hasCheck: true },
      { id: 'two', hasCheck: false },
    ],
  );
});

await t.test('a missing or invalid lab is not found', async (t) => {
  const found = ['other', 'none', 'bad'].map((slug) => service.find(actor('student'), slug)?.slug);
  t.same(found, ['other', undefined, undefined]);
});

await t.test('problems have lab, file, line and key', async (t) => {
  t.match(service.problems(actor('instructor')), [
    { lab: 'bad', file: 'lab.yaml', line: 1, key: 'title', message: 'must be a text: put it in quotes' },
    { lab: 'bad', file: 'lab.yaml', line: 1, key: 'machines', message: 'is missing' },
  ]);
});
