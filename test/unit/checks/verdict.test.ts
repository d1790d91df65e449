import t from 'tap';
import { judge, OUTPUT_KEPT, unjudged } from '../../../src/checks/verdict.ts';
import type { ExecResult } from '../../../src/engine/engine-exec.ts';
import { fault } from '../../../src/errors.ts';

const token = 'abc123';
const run = { token, timeoutSeconds: 10 };
const RAN = `\n${token} ran\n`;

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
  t.same(judge(result({ code: 0, out: 'looking\nWell done.\n' }), run), {
    state: 'finished',
    passed: true,
    score: 1,
    message: 'Well done.',
    output: 'looking\nWell done.',
    exitCode: 0,
    reasonCode: undefined,
  });
});

await t.test('any other exit code fails', async (t) => {
  for (const code of [1, 2, 125, 126, 127, 137, 255]) {
    const verdict = judge(result({ code, out: 'Not so.\n' }), run);
    t.match(verdict, { state: 'finished', passed: false, score: 0, message: 'Not so.', exitCode: code });
  }
});

await t.test('a silent check has a message all the same', async (t) => {
  t.equal(judge(result({ code: 0 }), run).message, 'Done.');
  t.equal(judge(result({ code: 1 }), run).message, 'Not there yet.');
});

await t.test('error output is kept beside output and does not become the message', async (t) => {
  const err = `/dev/shm/.berth-check-${token}/check: line 3: foo: not found\n${RAN}`;
  const verdict = judge(result({ code: 1, out: 'Message\n', err }), run);
  t.equal(verdict.message, 'Message');
  t.equal(verdict.output, 'Message\ncheck: line 3: foo: not found');
});

await t.test('what the script says after its end does not make it unjudged', async (t) => {
  const late = `${RAN}/dev/shm/.berth-check-${token}/check: line 9: Terminated\n`;
  t.equal(judge(result({ code: 0, err: late }), run).passed, true);
});

await t.test('a script can not pass by the words of the wrapper', async (t) => {
  t.match(judge(result({ code: 1, out: `${token} ran\n`, err: RAN }), run), { passed: false });
  t.match(judge(result({ code: 0, err: '' }), run), { state: 'errored', passed: false });
});

await t.test('long output is cut, and the message is still the last line of all', async (t) => {
  const verdict = judge(result({ code: 1, out: `${'é'.repeat(OUTPUT_KEPT)}\nthe end\n` }), run);
  t.equal(verdict.message, 'the end');
  t.match(verdict.output, /é\n\[\d+ more bytes were left out\]$/);
  t.ok(Buffer.byteLength(verdict.output) < OUTPUT_KEPT + 100);
});

const unjudgedRuns: [name: string, given: Parameters<typeof result>[0], code: string, message: RegExp][] = [
  ['took too long', { outcome: 'timed-out', out: 'so far\n' }, 'CHECK_TIMED_OUT', /within 10 s/],
  ['printed too much', { outcome: 'output-limit', out: 'so far\n' }, 'CHECK_OUTPUT_LIMIT', /1048576 bytes/],
  ['did not start', { outcome: 'not-started', err: 'no such user\n' }, 'CHECK_NOT_STARTED', /no such user/],
  ['did not start without a word', { outcome: 'not-started', err: '' }, 'CHECK_NOT_STARTED', /no shell/],
  [
    'was refused by the wrapper',
    { code: 125, err: `x\n${token} refused: its interpreter perl is not in the machine\n` },
    'CHECK_NOT_STARTED',
    /did not start: its interpreter perl/,
  ],
  ['was ended from outside', { code: 137, err: '' }, 'CHECK_NOT_STARTED', /the machine ended it/],
  ['could not fork', { code: 2, err: 'sh: 1: Cannot fork\n' }, 'CHECK_NOT_STARTED', /Cannot fork/],
];

for (const [name, given, code, message] of unjudgedRuns) {
  await t.test(`a check that ${name} is not judged`, async (t) => {
    const verdict = judge(result(given), run);
    t.match(verdict, { state: 'errored', passed: false, score: 0, reasonCode: code, exitCode: undefined });
    t.match(verdict.message, message);
    t.equal(verdict.output.includes(token), false);
    if (given.out) t.equal(verdict.output, 'so far');
  });
}

await t.test('a fault becomes a verdict with its code and message', async (t) => {
  const verdict = unjudged(fault('ENGINE_UNREACHABLE'));
  t.match(verdict, { state: 'errored', reasonCode: 'ENGINE_UNREACHABLE', message: /does not answer/ });
});
