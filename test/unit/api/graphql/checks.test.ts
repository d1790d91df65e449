import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { codes, startApp } from './app.ts';

await test('a step is checked with answers, and a hint can be requested', async (t) => {
  const { ask, addSession } = await startApp(t);
  const id = toGlobalId('Session', addSession('owner').id);
  const hint =
    'mutation ($s: ID!, $h: ID!) { revealHint(input: { session: $s, step: "look", hint: $h }) { hint { id text(language: "ko") cost } } }';
  t.strictSame((await ask('owner', hint, { s: id, h: 'list' })).data, {
    revealHint: { hint: { id: 'list', text: '`ls`를 해 보십시오.', cost: 0.1 } },
  });
  t.strictSame(codes(await ask('owner', hint, { s: id, h: 'none' })), ['NOT_FOUND']);
  const answered = await ask(
    'owner',
    `mutation ($s: ID!) { runCheck(input: { session: $s, step: "look", answers: [{ check: "ask", options: [0] }] }) {
      attempt { output exitCode verdicts { id kind weight state passed score message evidence exitCode reason { code } finding { code details { name value } } explanation(language: "ko") } } } }`,
    { s: id },
  );
  const common = { state: 'FINISHED', passed: true, score: 1, reason: null };
  t.strictSame(answered.data, {
    runCheck: {
      attempt: {
        output: 'ok\nask 0 undefined',
        exitCode: null,
        verdicts: [
          {
            ...common,
            id: 'check',
            kind: 'SCRIPT',
            weight: 1,
            message: 'Well done.',
            finding: null,
            evidence: 'ok',
            exitCode: 0,
            explanation: null,
          },
          {
            ...common,
            id: 'ask',
            kind: 'QUIZ',
            weight: 2,
            message: 'That is right.',
            finding: { code: 'ANSWER_RIGHT', details: [] },
            evidence: 'ask 0 undefined',
            exitCode: null,
            explanation: '보여 줍니다.',
          },
        ],
      },
    },
  });
});
