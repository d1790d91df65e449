import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import t from 'tap';
import type { Test } from 'tap';
import { createCheckRunner } from '../../../src/domains/checks/check-runner.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { Script } from '../../../src/domains/checks/script-runner.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { unpinned } from '../../kit/labs/pins.ts';
import { placeOn, scriptCheck } from '../../kit/labs/checks.ts';
import { until } from '../../kit/basics/until.ts';

const machine = await startCheckMachine(t);
const { engine, machineId, shell, processes } = machine;
const runner = createCheckRunner({ engine, pins: unpinned });

function run(script: string, changes: Partial<Script> = {}, signal = new AbortController().signal) {
  return runner.run(scriptCheck({ script, ...changes }), placeOn(machineId), signal);
}

/** A test after which the machine is unchanged: nothing runs. */
function tidyTest(name: string, body: (t: Test) => Promise<void>) {
  return t.test(name, async (t) => {
    await body(t);
    t.same(await processes(), [], 'nothing is left running');
  });
}

await tidyTest('a check passes with exit code 0 and fails with any other', async (t) => {
  t.match(await run('echo "Well done."'), {
    state: 'finished',
    passed: true,
    score: 1,
    message: 'Well done.',
  });
  t.match(await run('echo "Not yet."; exit 3'), {
    state: 'finished',
    passed: false,
    message: 'Not yet.',
    exitCode: 3,
  });
  t.match(await run('no-such-command'), { state: 'finished', passed: false, exitCode: 127 });
  t.match(await run('exit 125'), { state: 'finished', passed: false, exitCode: 125 });
  t.match(await run(''), { state: 'finished', passed: true });
});

await tidyTest(
  'a shell script reports what is missing with "fail", and a partial score with "score"',
  async (t) => {
    t.match(await run('fail "Not  yet:" 5%'), { passed: false, message: 'Not  yet: 5%', exitCode: 1 });
    const bash = '#!/bin/bash -e\nscore 2/3\nfail "One of three is missing."\n';
    t.match(await run(bash), { passed: false, score: 2 / 3, message: 'One of three is missing.' });
    t.match(await run('score 10%; score 60%'), { passed: false, score: 0.6, message: 'Not there yet.' });
    t.match(await run('score all; echo end'), { state: 'errored', finding: { code: 'CHECK_SCORE_INVALID' } });
    t.match(await run('#!/usr/bin/awk -f\nBEGIN { print "1/4" >ENVIRON["BERTH_SCORE"]; print "awk" }'), {
      score: 0.25,
      message: 'awk',
    });
  },
);

await tidyTest("output and files of a learner's program give no score", async (t) => {
  const forge = String.raw`#!/bin/sh
cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n' | grep -oE '[0-9a-f]{32}' | sort -u | while read -r token; do
  printf '\n%s score 0.9\n%s ran\n' "$token" "$token" >&2
done
{ echo 0.9 >&8; } 2>/dev/null
echo forged`;
  await shell(`cat >/tmp/forge <<'END'\n${forge}\nEND\nchmod 755 /tmp/forge`);
  t.teardown(() => shell('rm /tmp/forge'));
  const verdict = await run('su learner -c /tmp/forge; exit 1');
  t.match(verdict, { state: 'finished', passed: false, score: 0, message: 'forged' });
});

await tidyTest('the first line chooses the interpreter', async (t) => {
  t.match(await run('#!/bin/bash\n[[ -n $BASH_VERSION ]] && echo "$0" >/dev/null'), { passed: true });
  t.match(await run('#!/usr/bin/env bash\n[[ -n $BASH_VERSION ]]'), { passed: true });
  t.match(await run('#!/bin/bash -e\nfalse\ntrue'), { passed: false });
  t.match(await run('#!/usr/bin/awk -f\nBEGIN { print "by awk" }'), { passed: true, message: 'by awk' });
  t.match(await run('[ -z "$BASH_VERSION" ]'), { passed: true });
});

await tidyTest("an interpreter larger than the machine's memory runs", async (t) => {
  await shell('cp /bin/bash /tmp/large && truncate -s 300M /tmp/large');
  t.teardown(() => shell('rm /tmp/large'));
  t.match(await run('#!/tmp/large\n[[ /proc/$$/exe -ef /tmp/large ]] && echo "from its file"'), {
    passed: true,
    message: 'from its file',
  });
});

await tidyTest('a check without its interpreter is not judged', async (t) => {
  for (const line of ['#!/usr/bin/env python9', '#!/opt/none/python9']) {
    t.match(await run(`${line}\nprint(1)\n`), {
      state: 'errored',
      finding: { code: 'CHECK_NOT_STARTED' },
      message: /its interpreter (\/opt\/none\/)?python9 is not in the machine/,
    });
  }
});

await tidyTest('a check runs as its user, knows its step, and starts in /', async (t) => {
  const script = 'echo "$(id -un) $BERTH_STEP $PWD $HOME"';
  t.match(await run(script, { user: 'learner' }), { message: 'learner one / /home/learner' });
  t.match(await run(script, { user: 'root' }), { message: 'root one / /root' });
  t.match(await run('true', { user: 'nobody-here' }), {
    state: 'errored',
    finding: { code: 'CHECK_NOT_STARTED' },
  });
});

await tidyTest('a check has no input', async (t) => {
  t.match(await run('read -r line; echo "got <$line>"; cat'), { passed: true, message: 'got <>' });
});

await tidyTest('a script of a megabyte runs', async (t) => {
  const script = `${'# padding\n'.repeat(100_000)}echo end\n`;
  t.match(await run(script), { passed: true, message: 'end' });
});

await tidyTest("the learner's aliases, functions and start-up files are ignored", async (t) => {
  const trap = 'alias test=false; grep() { return 1; }; export -f grep; exit 9';
  await shell(
    `for f in .bashrc .profile .bash_profile .bash_env; do echo '${trap}' > /home/learner/$f; done`,
  );
  t.teardown(() => shell('rm /home/learner/.bash_env /home/learner/.bash_profile'));
  const script = '#!/bin/bash\necho hello | grep -q hello && test 1 = 1';
  t.match(await run(script, { user: 'learner' }), { passed: true });
  const withEnvironment = await runner.run(
    scriptCheck({ script, user: 'learner' }),
    placeOn(machineId, { BASH_ENV: '/home/learner/.bash_env', ENV: '/home/learner/.bash_env' }),
    new AbortController().signal,
  );
  t.match(withEnvironment, { passed: true });
  const others = 'printf "%s\\n" "$ZDOTDIR" "$XDG_CONFIG_HOME" "$PSQLRC" "$R_PROFILE_USER" "$R_ENVIRON_USER"';
  const { evidence } = await run(`#!/bin/bash\n${others}; [ ! -e "$ZDOTDIR" ]`, { user: 'learner' });
  const [none, file] = ['/run/berth/no-configuration', '/dev/null'];
  t.equal(evidence, [none, none, file, file, file].join('\n'), 'of zsh, fish, psql and R');
});

await tidyTest('another user cannot read the script', async (t) => {
  const script = `
    su learner -c 'cat /proc/[0-9]*/fd/9 /proc/[0-9]*/mem; ls /proc/$PPID/fd' >/tmp/seen 2>/dev/null
    [ ! -s /tmp/seen ]`;
  t.match(await run(script), { passed: true });
});

await tidyTest('a check that never ends is stopped with all its children', async (t) => {
  const script =
    '#!/bin/bash\necho started\n(sleep 4321 &)\nsetsid sleep 4322 &\nnohup sleep 4323 &\nwhile :; do :; done';
  const verdict = await run(script, { timeoutSeconds: 1 });
  t.match(verdict, {
    state: 'errored',
    finding: { code: 'CHECK_TIMED_OUT' },
    message: /within 1 s/,
    evidence: 'started',
  });
});

await tidyTest('background processes of a check neither delay nor outlive it', async (t) => {
  // A check that waits beyond its time limit is stopped and does not pass.
  t.match(await run('sleep 4321 & echo "Done with it."'), { passed: true, message: 'Done with it.' });
});

await tidyTest('a check with endless output is stopped long before its time limit', async (t) => {
  const verdict = await run('echo first; tr "\\0" x </dev/zero', { timeoutSeconds: 4321 });
  t.match(verdict, { state: 'errored', finding: { code: 'CHECK_OUTPUT_LIMIT' } });
  t.match(verdict.evidence, /^first\nx+$/);
});

await tidyTest('binary output causes no errors', async (t) => {
  const verdict = await run(`printf 'a\\0b\\377\\n\\033[31mred\\033[0m\\n'; exit 1`);
  t.match(verdict, { message: 'red', state: 'finished' });
  t.equal(verdict.evidence.includes('\0'), false);
});

await tidyTest('error messages of the script use a short name', async (t) => {
  const { evidence } = await run('#!/bin/bash\necho hello\nno-such-command\nexit 1');
  t.equal(evidence, 'hello\ncheck: line 3: no-such-command: command not found');
});

await tidyTest('an aborted check ends with its children, and is reported as interrupted', async (t) => {
  const stopping = new AbortController();
  const verdict = run('sleep 1000 & sleep 1001', {}, stopping.signal);
  await until(async () => (await processes()).filter((name) => name.startsWith('sleep 100')).length === 2);
  stopping.abort();
  t.match(await verdict, { state: 'errored', finding: { code: 'CHECK_INTERRUPTED' } });
});

await tidyTest('an engine that disappears during a check leaves it unjudged', async (t) => {
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect('/var/run/docker.sock');
    sockets.add(near).add(far);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as AddressInfo;
  const far = createDockerEngine({ host: `tcp://127.0.0.1:${port}`, installation: machine.installation });
  t.teardown(() => far.close());

  const check = scriptCheck({ script: 'sleep 3' });
  const farRunner = createCheckRunner({ engine: far, pins: unpinned });
  const verdict = farRunner.run(check, placeOn(machineId), new AbortController().signal);
  await until(async () => (await processes()).includes('sleep 3'));
  relay.close();
  for (const socket of sockets) socket.destroy();
  t.match(await verdict, { state: 'errored', finding: { code: 'ENGINE_UNREACHABLE' } });
  await until(async () => (await processes()).length === 0);
});

await tidyTest('a missing machine is reported by its code', async (t) => {
  const check = scriptCheck({ script: 'true' });
  const verdict = await runner.run(check, placeOn('f'.repeat(64)), new AbortController().signal);
  t.match(verdict, { state: 'errored', finding: { code: 'CONTAINER_NOT_FOUND' } });
});
