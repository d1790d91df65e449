import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const lab = (step: string, more = '') => ({
  'a.md': 'Do it.',
  'a.sh': 'true\n',
  'lab.yaml': `title: a
machines: [{ name: main, image: x }]
${more}
steps: [{ id: one, title: One, instructions: a.md, ${step} }]
`,
});

await t.test('reads the checks and hints of a step', async (t) => {
  const { attempts, steps } = await labOf(
    t,
    lab(
      'checks: [{ script: a.sh }, { script: a.sh, id: mine, weight: 2.5, title: Mine }, { script: a.sh }]' +
        ', pass: 70%, poll: 5, hints: [Look., { id: again, text: Look again., after: 2, cost: 10% }, { text: Once more., cost: 0.5 }, Look.]',
      'attempts: last',
    ),
  );
  t.equal(attempts, 'last');
  t.match(steps[0], {
    pass: 0.7,
    pollSeconds: 5,
    checks: [
      { id: 'check', weight: 1, title: undefined },
      { id: 'mine', weight: 2.5, title: { en: 'Mine' } },
      { id: 'check-3' },
    ],
    hints: [
      { id: /^[0-9a-f]{12}$/, text: { en: 'Look.' }, afterFailures: 0, cost: 0 },
      { id: 'again', text: { en: 'Look again.' }, afterFailures: 2, cost: 0.1 },
      { text: { en: 'Once more.' }, cost: 0.5 },
      { id: /^[0-9a-f]{12}-2$/, text: { en: 'Look.' } },
    ],
  });
});

await t.test('by default, a step needs all checks and counts the best attempt', async (t) => {
  const { attempts, steps } = await labOf(t, lab('check: { script: a.sh }'));
  t.equal(attempts, 'best');
  t.match(steps[0], { pass: 1, pollSeconds: undefined, hints: [], start: [], solution: [], wrong: [] });
});

const wrong: [name: string, step: string, reported: string][] = [
  [
    'both one and several checks',
    'check: { script: a.sh }, checks: [{ script: a.sh }]',
    'check: must be left out, because the step has "checks"',
  ],
  ['no check in a list', 'checks: []', 'checks: must have at least 1 entries'],
  [
    'a duplicate id',
    'checks: [{ script: a.sh, id: a }, { script: a.sh, id: a }]',
    'checks[1].id: "a" is used twice: each id must be unique',
  ],
  [
    'the default id of another check',
    'checks: [{ script: a.sh, id: check-2 }, { script: a.sh }]',
    'checks[1].id: "check-2" is used twice: each id must be unique',
  ],
  ['a pass mark of zero', 'pass: 0', 'pass: must be more than 0'],
  ['a pass mark above the maximum', 'pass: 101%', 'pass: must be a share, such as 10% or 0.1, up to 100%'],
  ['a poll without a check', 'poll: 5', 'poll: must be left out: the step has no check'],
  [
    'polling a question',
    'poll: 5, check: { quiz: { question: a b, answer: c } }',
    'poll: must be left out: a question waits for an answer',
  ],
  ['polling without a delay', 'poll: 1, check: { script: a.sh }', 'poll: must be at least 2'],
  [
    'two hints with one id',
    'hints: [{ id: a, text: a }, { id: a, text: b }]',
    'hints[1].id: "a" is used twice: each id must be unique',
  ],
  ['a hint without text', 'hints: [{ after: 2 }]', 'hints[0].text: is missing'],
  [
    'a hint with an unknown key',
    'hints: [{ text: a, costs: 5% }]',
    'hints[0].costs: unknown key; did you mean "cost"?',
  ],
  [
    'a cost above 100%',
    'hints: [{ text: a, cost: 10 }]',
    'hints[0].cost: must be a share, such as 10% or 0.1, up to 100%',
  ],
  ['numbers instead of hints', 'hints: [5]', 'hints[0]: must be a text, or a mapping with "text"'],
];

for (const [name, step, reported] of wrong) {
  await t.test(`rejects ${name} with an explanation`, async (t) => {
    const problems = await problemsOf(t, lab(step));
    t.same(problems, [`lab.yaml:4: steps[0].${reported}`]);
  });
}

await t.test('rejects unknown ways to count attempts', async (t) => {
  t.same(await problemsOf(t, lab('check: { script: a.sh }', 'attempts: lst')), [
    'lab.yaml:3: attempts: must be "best" or "last"; did you mean "last"?',
  ]);
});
