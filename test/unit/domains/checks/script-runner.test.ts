import { execFileSync } from 'node:child_process';
import t from 'tap';
import { prepareScript, withoutRunner, withHelpers } from '../../../../src/domains/checks/script-runner.ts';
import type { Reader } from '../../../../src/domains/checks/script-runner.ts';

const check = { machine: 'main', script: 'exit 0\n', user: 'learner', timeoutSeconds: 2.5 };

await t.test('the script is passed by standard input, as the user, with its time limit', async (t) => {
  const { signal } = new AbortController();
  const { command, seal } = prepareScript(check, { BERTH_STEP: 'one' }, signal);
  t.match(command, { user: 'learner', timeoutMs: 2500, checkSeconds: 8, signal });
  t.same(command.environment, { BERTH_STEP: 'one' });
  t.same(command.command, ['/bin/sh']);
  const [first, secret = '', script = ''] = String(command.input).split('\n');
  t.equal(first, seal);
  t.match(secret, /^[0-9a-f]{32}$/);
  t.match(seal, /^[0-9a-f]{32}$/);
  t.not(seal, secret);
  t.ok(script.includes(secret), 'scores start with it');
  t.notOk(script.includes(seal));
  t.not(prepareScript(check, {}, signal).seal, seal);
});

await t.test('scripts in other languages need no secret for a score', async (t) => {
  const script = '#!/usr/bin/env node\nprocess.exit(1)\n';
  const { command, seal } = prepareScript({ ...check, script }, {}, new AbortController().signal);
  t.equal(String(command.input), `${seal}\n\n${script}`);
  t.same(command.command, ['node', '--preserve-symlinks-main']);
});

await t.test('markers of the runner are removed from the output', async (t) => {
  const text = `a\n/dev/fd/9: line 2\nb\n\nba7 ran\n`;
  t.equal(withoutRunner(text, { seal: 'ba7' }), 'a\ncheck: line 2\nb\n');
});

await t.test('shells get the helpers on the first line, which keeps line numbers', async (t) => {
  const secret = 'f00';
  t.match(
    withHelpers('#!/bin/bash -e\nfail no\n', ['/bin/bash', '-e'], { secret }),
    /^exec 9<&-; [^\n]*\nfail no\n$/,
  );
  t.match(withHelpers('fail no', ['/bin/sh'], { secret }), /^exec 9<&-; [^\n]* fail no$/);
  t.match(withHelpers('#!/usr/bin/env bash', ['bash'], { secret }), /^exec 9<&-; [^\n]*$/);
  t.match(withHelpers('', ['/bin/ksh'], { secret }), 'print -r -- f00 "$*" >&8', 'never an argument');
  const python = '#!/usr/bin/env python3\nprint(1)\n';
  t.equal(withHelpers(python, ['python3'], { secret }), python);
});

await t.test('a message in several languages is read in one of them', (t) => {
  const reported = (script: string, reader?: Reader) =>
    execFileSync('/bin/sh', ['-c', withHelpers(script, ['/bin/sh'], { reader, secret: '' })]).toString();
  const languages = ['en', 'ko', 'pt-BR'];
  const all = `say 'There it is.' '있습니다.' "It's \\$1 there."`;
  t.equal(reported(all, { languages, language: 'en' }), 'There it is.\n');
  t.equal(reported(all, { languages, language: 'ko' }), '있습니다.\n');
  t.equal(reported(all, { languages, language: 'pt-BR' }), "It's $1 there.\n");
  t.equal(reported('say one two', { languages, language: 'ko' }), 'one two\n', 'fewer texts are one text');
  t.equal(reported('say one two', { languages: ['en'], language: 'en' }), 'one two\n');
  t.equal(reported('say one two'), 'one two\n');
  t.end();
});
