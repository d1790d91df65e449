import { execFileSync } from 'node:child_process';
import t from 'tap';
import { prepareScript, withoutWrapper } from '../../../src/checks/script-command.ts';
import { withHelpers } from '../../../src/checks/script-helpers.ts';
import type { Reader } from '../../../src/checks/script-helpers.ts';

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
  t.match(second, /^say\(\) .* exit 0$/);
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
  t.match(script, /^say\(\) [^\n]*\nfail no\n$/);
  t.match(withHelpers('fail no', ['/bin/sh']), /^say\(\) [^\n]* fail no$/);
  t.match(withHelpers('#!/usr/bin/env bash', ['bash']), /^say\(\) [^\n]*$/);
  const python = '#!/usr/bin/env python3\nprint(1)\n';
  t.equal(withHelpers(python, ['python3']), python);
});

await t.test('what is told in each of the languages of a lab is read in one of them', (t) => {
  const told = (script: string, reader?: Reader) =>
    execFileSync('/bin/sh', ['-c', withHelpers(script, ['/bin/sh'], reader)]).toString();
  const languages = ['en', 'ko', 'pt-BR'];
  const all = `say 'There it is.' '있습니다.' "It's \\$1 there."`;
  t.equal(told(all, { languages, language: 'en' }), 'There it is.\n');
  t.equal(told(all, { languages, language: 'ko' }), '있습니다.\n');
  t.equal(told(all, { languages, language: 'pt-BR' }), "It's $1 there.\n");
  t.equal(told('say one two', { languages, language: 'ko' }), 'one two\n', 'fewer are words of one text');
  t.equal(told('say one two', { languages: ['en'], language: 'en' }), 'one two\n');
  t.equal(told('say one two'), 'one two\n');
  t.end();
});
