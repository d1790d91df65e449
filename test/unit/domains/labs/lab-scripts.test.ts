import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const scripts = { 'a.md': 'Do it.', 'start/main.sh': 'true\n', 'b.sh': 'false\n' };

const lab = (machine: string, step: string) => ({
  ...scripts,
  'lab.yaml': `title: a
machines: [{ name: main, image: x, user: learner${machine} }, { name: db, image: x, profile: restricted }]
steps: [{ id: one, title: One, instructions: a.md${step} }]
`,
});

await t.test('machines and steps have start scripts, in short or long form', async (t) => {
  const { machines, steps } = await labOf(
    t,
    lab(
      ', start: start/main.sh',
      ', start: [b.sh, { script: "echo $HOME", machine: db, user: postgres, timeout: 5 }, { script: b.sh, foreground: true }]',
    ),
  );
  const root = { user: 'root', timeoutSeconds: 60, background: false };
  t.same(machines[0]?.start, [{ name: 'start/main.sh', script: 'true\n', ...root }]);
  t.same(steps[0]?.start, [
    { name: 'b.sh', script: 'false\n', ...root, machine: 'main', foreground: false },
    {
      name: 'steps[0].start[1]',
      script: 'echo $HOME',
      user: 'postgres',
      timeoutSeconds: 5,
      background: false,
      machine: 'db',
      foreground: false,
    },
    { name: 'b.sh', script: 'false\n', ...root, machine: 'main', foreground: true },
  ]);
  const background = await labOf(t, lab(', start: { script: b.sh, background: true }', ''));
  t.match(background.machines[0]?.start, [{ background: true, timeoutSeconds: undefined }]);
});

await t.test('solutions and wrong states are for the user of their machine', async (t) => {
  const { steps } = await labOf(
    t,
    lab('', ', solution: ./b.sh, wrong: [b.sh, { script: b.sh, machine: db, user: postgres }]'),
  );
  const script = { name: 'b.sh', script: 'false\n' };
  t.same(steps[0]?.solution, [{ ...script, machine: 'main', user: 'learner' }]);
  t.same(steps[0]?.wrong, [
    { ...script, machine: 'main', user: 'learner' },
    { ...script, machine: 'db', user: 'postgres' },
  ]);
});

const wrong: [name: string, step: string, reported: string][] = [
  ['a missing script', 'start: b.hs', 'start: the file "b.hs" is missing; did you mean "b.sh"?'],
  ['one missing script of several', 'wrong: [b.sh, other.sh]', 'wrong[1]: the file "other.sh" is missing'],
  ['an unknown key', 'start: [{ scirpt: b.sh }]', 'start[0].scirpt: unknown key; did you mean "script"?'],
  [
    'a key of another kind',
    'solution: { script: b.sh, timeout: 5 }',
    'solution.timeout: unknown key: use script, machine, user',
  ],
  ['a number', 'solution: 5', 'solution: must be a script, or a list of these'],
  ['a list of numbers', 'solution: [5]', 'solution[0]: must be a script, or a mapping with "script"'],
  ['no script', 'solution: []', 'solution: must have at least 1 entries'],
  [
    'a missing machine',
    'wrong: { script: b.sh, machine: dv }',
    'wrong.machine: there is no machine "dv": the lab has main, db',
  ],
  [
    'no user to run it',
    'start: { script: b.sh, machine: db }',
    'start.user: is missing: the "restricted" machine has no user, so a start script must name one',
  ],
  [
    'a time limit for a background script',
    'start: { script: b.sh, background: true, timeout: 5 }',
    'start.timeout: must be left out: with "background", nothing waits for its end',
  ],
  [
    'a user for a foreground script',
    'start: { script: b.sh, foreground: true, user: root }',
    'start.user: must be left out: with "foreground", the learner\'s own shell runs the script',
  ],
];

for (const [name, step, reported] of wrong) {
  await t.test(`rejects ${name} with an explanation`, async (t) => {
    const problems = await problemsOf(t, lab('', `, ${step}`));
    t.ok(problems.includes(`lab.yaml:3: steps[0].${reported}`), problems.join('\n'));
  });
}
