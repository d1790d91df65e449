import t from 'tap';
import { prepareScript, withoutWrapper } from '../../../src/checks/script-command.ts';
import { withHelpers } from '../../../src/checks/script-helpers.ts';

const check = { machine: 'main', script: 'exit 0\n', user: 'learner', timeoutSeconds: 2.5 };

await t.test('the script goes in by standard input, as the user, within its time', async (t) => {
  const { signal } = new AbortController();
  const { command, token, seal } = prepareScript(
    check,
    { BERTH_STEP: 'one', BASH_ENV: '/home/learner/x' },
    signal,
  );
  t.match(command, {
    user: 'learner',
    timeoutMs: 2500,
    signal,
    environment: { BERTH_STEP: 'one', BASH_ENV: '' },
  });
  const [first, second = ''] = String(command.input).split('\n');
  t.equal(first, seal);
  t.match(second, /^fail\(\) .* exit 0$/);
  const visible = command.command.join(' ');
  t.notOk(
    visible.includes('exit 0\n') || visible.includes(seal),
    'others see neither the script nor the seal',
  );
  t.match(token, /^[0-9a-f]{32}$/);
  t.match(seal, /^[0-9a-f]{32}$/);
  t.not(seal, token);
  t.not(prepareScript(check, {}, signal).token, token);
});

await t.test('what only the wrapper means is taken out of the output', async (t) => {
  const text = `a\n/dev/shm/.berth-check-f00/check: line 2\nb\n\nba7 ran\n`;
  t.equal(withoutWrapper(text, { token: 'f00', seal: 'ba7' }), 'a\ncheck: line 2\nb\n');
});

await t.test('shells get the helpers, on the first line so that the numbers of lines stay', async (t) => {
  const [script] = [withHelpers('#!/bin/bash -e\nfail no\n', ['/bin/bash', '-e'])];
  t.match(script, /^fail\(\) [^\n]*\nfail no\n$/);
  t.match(withHelpers('fail no', ['/bin/sh']), /^fail\(\) [^\n]* fail no$/);
  t.match(withHelpers('#!/usr/bin/env bash', ['bash']), /^fail\(\) [^\n]*$/);
  const python = '#!/usr/bin/env python3\nprint(1)\n';
  t.equal(withHelpers(python, ['python3']), python);
});
