import { execFile } from 'node:child_process';
import t from 'tap';
import { hiddenScript, verifyScript } from '../../../../../../src/domains/labs/import/needs/scripts.ts';
import { solutionOf } from '../../../../../../src/domains/labs/import/write-steps.ts';
import type { PageCommand } from '../../../../../../src/domains/labs/import/text/page.ts';

/** Runs a script as Berth does: with the interpreter in its first line. */
function run(script: string): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    const child = execFile('/bin/bash', ['-s'], (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
    child.stdin?.end(script);
  });
}

await t.test('bash runs background scripts in the folder of the terminal', async (t) => {
  t.equal(hiddenScript('ls\n', '/root'), '#!/bin/bash\ncd /root\nls\n');
  t.equal(hiddenScript('#!/bin/sh -e\nls\n', '/srv'), '#!/bin/sh -e\ncd /srv\nls\n');
  t.equal(hiddenScript('#!/usr/bin/env bash', '/srv'), '#!/usr/bin/env bash\ncd /srv\n');
  t.equal(hiddenScript('#!/usr/bin/python3\nx = 1\n', '/srv'), '#!/usr/bin/python3\nx = 1\n');
});

await t.test('a verify script passes by its exit code', async (t) => {
  t.equal(verifyScript('test -d .\n', '/tmp'), '#!/bin/bash\ncd /tmp\ntest -d .\n');
  t.match(await run(verifyScript('[ "$PWD" = /tmp ]\n', '/tmp')), { code: 0 });
  t.match(await run(verifyScript('for a in 1; do echo a; done\nfalse\n', '/tmp')), { code: 1 });
});

await t.test('a script that can print "done" must print it and succeed', async (t) => {
  const verdicts: [string, number][] = [
    ['true && echo "done"\n', 0],
    ['echo -n done', 0],
    ["printf 'done\\n'\n", 0],
    ['echo "not yet"; if false; then echo done; fi; exit 0\n', 1],
    ['echo done; exit 3\n', 1],
    ['echo undone; false && echo done; true', 1],
    ['#!/usr/bin/env bash\n[[ $PWD = /tmp ]] && echo done', 0],
    ['echo VERIFY; echo done # VERIFY_\n', 0],
    ["cat <<'X'\n$HOME `ls`\nX\necho 'done'", 0],
    ['false && echo done 2>/dev/null; true', 1],
    ['false && echo done >&1; true', 1],
    ['[ $# = 0 ] && false && echo done; true', 1],
    // These contain "done" but do not print it.
    ['echo done > /tmp/done-of-check; rm /tmp/done-of-check', 0],
    ['echo "done">>/dev/null', 0],
    ['grep -q "echo done >" /dev/null || true', 0],
    ['for i in 1; do echo done >/dev/null; done > /dev/null', 0],
    ['true # then echo done', 0],
    ["cat >/dev/null <<-'EOF'\n  echo done\n\tEOF\ntrue", 0],
    ['echo done >&2', 0],
  ];
  for (const [script, code] of verdicts) t.match(await run(verifyScript(script, '/tmp')), { code }, script);
  t.match(await run(verifyScript('false && echo done', '/tmp')), { stdout: 'This step is not done yet.\n' });
});

await t.test("a text's commands become a solution, and its background processes keep running", async (t) => {
  const command = (code: string, terminal?: number, interrupt = false, machine?: string): PageCommand => {
    return { code, terminal, machine, interrupt, line: 1 };
  };
  const left = (code: string) => `(\n${code}\n) &\nsleep 2\n`;
  const script = (lines: string) => `#!/bin/bash\ncd /root\n${lines}true\n`;
  const alone = (lines: string) => [{ machine: undefined, script: script(lines) }];
  t.same(solutionOf([], '/root'), []);
  t.same(
    solutionOf([command('sleep 9'), command('pwd', 1, true), command('ls')], '/root'),
    alone(`${left('sleep 9')}pwd\nls\n`),
  );
  t.same(
    solutionOf([command('serve'), command('curl', 2), command('ls', 2)], '/root'),
    alone(`${left('serve')}curl\nls\n`),
  );
  t.same(
    solutionOf([command('make'), command('serve', 2), command('use')], '/root'),
    alone(`make\n${left('serve')}use\n`),
  );
  t.same(solutionOf([command('a'), command('b', 1, false, 'db'), command('c')], '/root'), [
    { machine: undefined, script: script('a\n') },
    { machine: 'db', script: script(left('b')) },
    { machine: undefined, script: script('c\n') },
  ]);
  for (const waiting of ['vim a', 'sudo nano /etc/hosts', 'man ls', 'top', 'crontab -e']) {
    t.same(solutionOf([command(waiting), command('ls')], '/root'), alone('ls\n'), waiting);
  }
  const toAndFro = Array.from({ length: 21 }, (_, place) => command('a', 1, false, `m${place % 2}`));
  t.same(solutionOf(toAndFro, '/root'), []);
  const [part] = solutionOf([command('cat /none'), command('false')], '/tmp');
  t.match(await run(part?.script ?? ''), { code: 0 });
});
