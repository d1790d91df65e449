import t from 'tap';
import { unjudged } from '../../../../src/domains/checks/results/check-verdict.ts';
import { judgeScript } from '../../../../src/domains/checks/kinds/script-check.ts';
import { PARTLY_EXIT_CODE, readEnd } from '../../../../src/domains/checks/script-runner.ts';
import type { ExecResult } from '../../../../src/engine/engine-exec.ts';
import { fault } from '../../../../src/core/errors.ts';

const seal = 'fed456';
const run = { seal, timeoutSeconds: 10 };
const RAN = `\n${seal} ran\n`;

const judge = (result: ExecResult) => judgeScript(readEnd(result, run));

function result(given: {
  outcome?: ExecResult['outcome'];
  code?: number;
  out?: string;
  err?: string;
}): ExecResult {
  return {
    outcome: given.outcome ?? 'exited',
    exitCode: given.code,
    stdout: Buffer.from(given.out ?? ''),
    stderr: Buffer.from(given.err ?? RAN),
  };
}

await t.test('exit code 0 passes, with the last line as message', async (t) => {
  t.same(judge(result({ code: 0, out: 'looking\nWell done.\n' })), {
    state: 'finished',
    passed: true,
    score: 1,
    message: 'Well done.',
    evidence: 'looking\nWell done.',
    exitCode: 0,
    finding: undefined,
  });
});

await t.test('any other exit code fails', async (t) => {
  for (const code of [1, 2, 125, 126, 127, 137, 255]) {
    const verdict = judge(result({ code, out: 'Not so.\n' }));
    t.match(verdict, { state: 'finished', passed: false, score: 0, message: 'Not so.', exitCode: code });
  }
});

await t.test('a silent check has a message, too', async (t) => {
  t.equal(judge(result({ code: 0 })).message, 'Done.');
  t.equal(judge(result({ code: 1 })).message, 'Not there yet.');
});

await t.test('error output is kept next to output, and does not become the message', async (t) => {
  const err = `/dev/fd/9: line 3: foo: not found\n${RAN}`;
  const verdict = judge(result({ code: 1, out: 'Message\n', err }));
  t.equal(verdict.message, 'Message');
  t.equal(verdict.evidence, 'Message\ncheck: line 3: foo: not found');
});

await t.test("output after the script's end does not make it unjudged", async (t) => {
  const late = `${RAN}/dev/fd/9: line 9: Terminated\n`;
  t.equal(judge(result({ code: 0, err: late })).passed, true);
});

await t.test("a script cannot pass by printing the runner's text", async (t) => {
  t.match(judge(result({ code: 1, out: `${seal} ran\n`, err: RAN })), { passed: false });
  t.match(judge(result({ code: 0, err: '' })), { state: 'errored', passed: false });
});

await t.test('a score from the script decides, in any format', async (t) => {
  const given = (score: string, code: number = PARTLY_EXIT_CODE) =>
    judge(result({ code, out: 'Half.\n', err: `\n${seal} score ${score}\n${RAN}` }));
  for (const half of ['0.5', '.5', '50%', ' 50 % ', '2/4', '0.50']) {
    t.match(
      given(half),
      { state: 'finished', passed: false, score: 0.5, message: 'Half.', exitCode: PARTLY_EXIT_CODE },
      half,
    );
  }
  t.match(given('0.5', 0), { passed: false, score: 0.5 }, 'exit code 0 does not make it full');
  t.match(given('1', 0), { passed: true, score: 1 });
  t.match(given('0', 0), { passed: false, score: 0 });
  t.match(given('3/3'), { passed: false, score: 0 }, 'a later failure overrides it');
  for (const code of [1, 2, 137])
    t.match(given('0.5', code), { passed: false, score: 0 }, `exit code ${code}`);
  t.equal(given('0.5').evidence, 'Half.');
});

await t.test('an invalid score is reported to the author', async (t) => {
  for (const score of ['much', '1.5', '120%', '5/4', '1/0', '-1', '0x1', '5/', '1e-1', '０.５']) {
    const verdict = judge(result({ code: 0, err: `\n${seal} score ${score}\n${RAN}` }));
    t.match(verdict, { state: 'errored', finding: { code: 'CHECK_SCORE_INVALID' }, score: 0 }, score);
    t.ok(verdict.message.includes(`"${score}"`), verdict.message);
  }
});

await t.test('a score counts with the seal only', async (t) => {
  const err = `abc123 score 1\nscore 1\n${RAN}`;
  t.match(judge(result({ code: 1, out: `\n${seal} score 1\n`, err })), { passed: false, score: 0 });
});

const unjudgedRuns: [name: string, given: Parameters<typeof result>[0], code: string, message: RegExp][] = [
  ['took too long', { outcome: 'timed-out', out: 'so far\n' }, 'CHECK_TIMED_OUT', /within 10 s/],
  ['printed too much', { outcome: 'output-limit', out: 'so far\n' }, 'CHECK_OUTPUT_LIMIT', /1048576 bytes/],
  ['did not start', { outcome: 'not-started', err: 'no such user\n' }, 'CHECK_NOT_STARTED', /no such user/],
  [
    'did not start without a message',
    { outcome: 'not-started', err: '' },
    'CHECK_NOT_STARTED',
    /does not have this user/,
  ],
  [
    'found no runner',
    { outcome: 'not-started', err: 'exec: "/run/berth/check-runner": no such file' },
    'CHECK_RUNNER_MISSING',
    /Save and resume the session, or start a new one/,
  ],
  [
    'was rejected by the runner',
    { code: 125, err: `x\n${seal} refused: its interpreter perl is not in the machine\n` },
    'CHECK_NOT_STARTED',
    /did not start: its interpreter perl/,
  ],
  ['was ended from outside', { code: 137, err: '' }, 'CHECK_NOT_STARTED', /the machine ended it/],
  ['could not fork', { code: 2, err: 'sh: 1: Cannot fork\n' }, 'CHECK_NOT_STARTED', /Cannot fork/],
];

for (const [name, given, code, message] of unjudgedRuns) {
  await t.test(`a check that ${name} is not judged`, async (t) => {
    const verdict = judge(result(given));
    t.match(verdict, { state: 'errored', passed: false, score: 0, finding: { code }, exitCode: undefined });
    t.match(verdict.message, message);
    t.equal(verdict.evidence.includes(seal), false);
    if (given.out) t.equal(verdict.evidence, 'so far');
  });
}

await t.test('a fault becomes a verdict with its code and message', async (t) => {
  const verdict = unjudged(fault('ENGINE_UNREACHABLE'));
  t.match(verdict, {
    state: 'errored',
    finding: { code: 'ENGINE_UNREACHABLE' },
    message: /does not respond/,
  });
});
