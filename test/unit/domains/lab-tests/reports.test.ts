import t from 'tap';
import type { LabCase } from '../../../../src/domains/lab-tests/lab-case.ts';
import { reportJunit, describeCase, reportTable } from '../../../../src/domains/lab-tests/reports.ts';

const labCase = (changes: Partial<LabCase>): LabCase => ({
  lab: 'lab',
  step: 'one',
  kind: 'before',
  name: 'is not passed before it is done',
  outcome: 'passed',
  problem: undefined,
  said: undefined,
  output: '',
  seconds: 0.25,
  ...changes,
});

const cases = [
  labCase({ step: undefined, kind: 'lab', name: 'has working machines', seconds: 1 }),
  labCase({}),
  labCase({
    kind: 'solution',
    name: 'is passed after its solution',
    outcome: 'failed',
    problem: 'It is not passed: "a < b"',
    output: `line 1\n\u001b[31m${'more\n'.repeat(10)}last & least\u0000\ud800`,
  }),
  labCase({ kind: 'tamper', name: 'y' }),
  labCase({ kind: 'tamper', name: 'z', outcome: 'failed', problem: 'It is passed.', seconds: 0 }),
  labCase({
    lab: 'other',
    kind: 'wrong',
    name: 'x',
    outcome: 'skipped',
    problem: 'No machines.',
    seconds: 0,
  }),
];

await t.test('JUnit has a suite for each lab, counts, and only valid XML characters', async (t) => {
  t.equal(
    reportJunit(cases, new Date('2026-01-02T03:04:05.678Z')),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="berth labs test" tests="6" failures="2" skipped="1" time="1.750">
  <testsuite name="lab" tests="5" failures="2" skipped="0" time="1.750" errors="0" timestamp="2026-01-02T03:04:05">
    <testcase classname="lab" name="has working machines" time="1.000"/>
    <testcase classname="lab.one" name="is not passed before it is done" time="0.250"/>
    <testcase classname="lab.one" name="is passed after its solution" time="0.250"><failure message="It is not passed: &quot;a &lt; b&quot;">line 1
\u{FFFD}[31m${'more\n'.repeat(10)}last &amp; least\u{FFFD}\u{FFFD}</failure></testcase>
    <testcase classname="lab.one" name="y" time="0.250"/>
    <testcase classname="lab.one" name="z" time="0.000"><failure message="It is passed."></failure></testcase>
  </testsuite>
  <testsuite name="other" tests="1" failures="0" skipped="1" time="0.000" errors="0" timestamp="2026-01-02T03:04:05">
    <testcase classname="other.one" name="x" time="0.000"><skipped message="No machines."/></testcase>
  </testsuite>
</testsuites>
`,
  );
});

await t.test('the table has a row for each step, and the last lines of failures', async (t) => {
  const table = reportTable(cases).split('\n');
  t.same(table.slice(0, 5), [
    'LAB    STEP   BEFORE  SOLUTION  WRONG STATES  TAMPERING  TIME',
    'lab    (lab)          ✔                                  1.0 s',
    'lab    one    ✔       ✘                       ✘ 1 of 2   0.8 s',
    'other  one                      – 0 of 1                 0.0 s',
    '',
  ]);
  t.same(table.slice(5, 8), [
    '✘ lab / one is passed after its solution (0.3 s)',
    '  It is not passed: "a < b"',
    '  | [2 earlier lines omitted]',
  ]);
  t.equal(table.at(-2), '3 passed, 2 failed, 1 skipped');
});

await t.test("a passed case shows the learner's message", async (t) => {
  t.equal(
    describeCase(labCase({ said: 'Not yet.' })),
    '✔ lab / one is not passed before it is done: "Not yet." (0.3 s)',
  );
});
