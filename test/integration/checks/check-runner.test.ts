import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import t from 'tap';
import type { Test } from 'tap';
import { createCheckRunner } from '../../../src/checks/check-runner.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { Script } from '../../../src/checks/script-command.ts';
import { startCheckMachine } from '../../support/check-machine.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { until } from '../../support/until.ts';

const machine = await startCheckMachine(t);
const { engine, machineId, shell, processes } = machine;
const runner = createCheckRunner({ engine, logger: quietLog() });

function run(script: string, changes: Partial<Script> = {}, signal = new AbortController().signal) {
  const check = { script, user: 'root', timeoutSeconds: 10, ...changes };
  return runner.run(machineId, check, { BERTH_STEP: 'one' }, signal);
}

/** Folders of scripts that are still in the machine. */
const leftovers = () => shell('ls -d /dev/shm/.berth-* /tmp/.berth-* /var/tmp/.berth-* 2>/dev/null');

/** A test after which the machine is as before: nothing runs, no script is left. */
function tidyTest(name: string, body: (t: Test) => Promise<void>) {
  return t.test(name, async (t) => {
    await body(t);
    t.same(await processes(), [], 'nothing runs any more');
    t.equal(await leftovers(), '', 'no script is left');
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

await tidyTest('the first line chooses the interpreter', async (t) => {
  t.match(await run('#!/bin/bash\n[[ -n $BASH_VERSION ]] && echo "$0" >/dev/null'), { passed: true });
  t.match(await run('#!/usr/bin/env bash\n[[ -n $BASH_VERSION ]]'), { passed: true });
  t.match(await run('#!/bin/bash -e\nfalse\ntrue'), { passed: false });
  t.match(await run('#!/usr/bin/awk -f\nBEGIN { print "by awk" }'), { passed: true, message: 'by awk' });
  t.match(await run('[ -z "$BASH_VERSION" ]'), { passed: true });
});

await tidyTest('a check whose interpreter is missing is not judged', async (t) => {
  for (const line of ['#!/usr/bin/env python9', '#!/opt/none/python9']) {
    t.match(await run(`${line}\nprint(1)\n`), {
      state: 'errored',
      reasonCode: 'CHECK_NOT_STARTED',
      message: /its interpreter (\/opt\/none\/)?python9 is not in the machine/,
    });
  }
});

await tidyTest('a check runs as its user, knows its step, and stands in /', async (t) => {
  const script = 'echo "$(id -un) $BERTH_STEP $PWD $HOME"';
  t.match(await run(script, { user: 'learner' }), { message: 'learner one / /home/learner' });
  t.match(await run(script, { user: 'root' }), { message: 'root one / /root' });
  t.match(await run('true', { user: 'nobody-here' }), { state: 'errored', reasonCode: 'CHECK_NOT_STARTED' });
});

await tidyTest('a check has nothing to read', async (t) => {
  t.match(await run('read -r line; echo "got <$line>"; cat'), { passed: true, message: 'got <>' });
});

await tidyTest('a script of a megabyte runs', async (t) => {
  const script = `${'# padding\n'.repeat(100_000)}echo end\n`;
  t.match(await run(script), { passed: true, message: 'end' });
});

await tidyTest("the learner's aliases, functions and start-up files do not matter", async (t) => {
  const trap = 'alias test=false; grep() { return 1; }; export -f grep; exit 9';
  await shell(
    `for f in .bashrc .profile .bash_profile .bash_env; do echo '${trap}' > /home/learner/$f; done`,
  );
  t.teardown(() => shell('rm /home/learner/.bash_env /home/learner/.bash_profile'));
  const script = '#!/bin/bash\necho hello | grep -q hello && test 1 = 1';
  t.match(await run(script, { user: 'learner' }), { passed: true });
  const withEnvironment = await runner.run(
    machineId,
    { script, user: 'learner', timeoutSeconds: 10 },
    { BASH_ENV: '/home/learner/.bash_env', ENV: '/home/learner/.bash_env' },
    new AbortController().signal,
  );
  t.match(withEnvironment, { passed: true });
});

await tidyTest('another user can not read the script', async (t) => {
  const script = `
    su learner -c 'cat /dev/shm/.berth-check-*/check || ls /dev/shm/.berth-check-*' >/tmp/seen 2>/dev/null
    [ ! -s /tmp/seen ]`;
  t.match(await run(script), { passed: true });
});

await tidyTest('a check that never ends is stopped with all its children', async (t) => {
  const script =
    '#!/bin/bash\necho begun\n(sleep 1000 &)\nsetsid sleep 1001 &\nnohup sleep 1002 &\nwhile :; do :; done';
  const start = Date.now();
  const verdict = await run(script, { timeoutSeconds: 1 });
  t.match(verdict, {
    state: 'errored',
    reasonCode: 'CHECK_TIMED_OUT',
    message: /within 1 s/,
    output: 'begun',
  });
  t.ok(Date.now() - start < 8_000);
});

await tidyTest('what a check leaves running neither delays nor outlives it', async (t) => {
  const start = Date.now();
  t.match(await run('sleep 1000 & echo "Done with it."'), { passed: true, message: 'Done with it.' });
  t.ok(Date.now() - start < 5_000);
});

await tidyTest('a check that prints a gigabyte is stopped early', async (t) => {
  const start = Date.now();
  const verdict = await run('echo first; head -c 1G /dev/zero | tr "\\0" x', { timeoutSeconds: 60 });
  t.match(verdict, { state: 'errored', reasonCode: 'CHECK_OUTPUT_LIMIT' });
  t.match(verdict.output, /^first\nx+\n\[\d+ more bytes were left out\]$/);
  t.ok(Buffer.byteLength(verdict.output) < 70_000);
  t.ok(Date.now() - start < 20_000);
});

await tidyTest('bytes that are not text do no harm', async (t) => {
  const verdict = await run(`printf 'a\\0b\\377\\n\\033[31mred\\033[0m\\n'; exit 1`);
  t.match(verdict, { message: 'red', state: 'finished' });
  t.equal(verdict.output.includes('\0'), false);
});

await tidyTest('errors of the script name it simply', async (t) => {
  const { output } = await run('#!/bin/bash\necho hello\nno-such-command\nexit 1');
  t.equal(output, 'hello\ncheck: line 3: no-such-command: command not found');
});

await tidyTest('a machine without room for the script says so', async (t) => {
  await shell('head -c 100M /dev/zero > /dev/shm/full 2>/dev/null');
  t.teardown(() => shell('rm -f /dev/shm/full'));
  t.match(await run('true'), {
    state: 'errored',
    reasonCode: 'CHECK_NOT_STARTED',
    message: 'The check did not start: the machine has no room for a file',
  });
});

await tidyTest('an aborted check ends with its children, and says that it was interrupted', async (t) => {
  const stopping = new AbortController();
  const verdict = run('sleep 1000 & sleep 1001', {}, stopping.signal);
  await until(async () => (await processes()).filter((name) => name.startsWith('sleep 100')).length === 2);
  stopping.abort();
  t.match(await verdict, { state: 'errored', reasonCode: 'CHECK_INTERRUPTED' });
});

await tidyTest('an engine that goes away during a check leaves it without verdict', async (t) => {
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect('/var/run/docker.sock');
    sockets.add(near).add(far);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as AddressInfo;
  const far = createDockerEngine({ host: `tcp://127.0.0.1:${port}`, installation: 'test-checks' });
  t.teardown(() => far.close());

  const script = 'sleep 3';
  const check = { script, user: 'root', timeoutSeconds: 10 };
  const farRunner = createCheckRunner({ engine: far, logger: quietLog() });
  const verdict = farRunner.run(machineId, check, {}, new AbortController().signal);
  await until(async () => (await processes()).includes('sleep 3'));
  relay.close();
  for (const socket of sockets) socket.destroy();
  t.match(await verdict, { state: 'errored', reasonCode: 'ENGINE_UNREACHABLE' });
  await until(async () => (await processes()).length === 0);
});

await tidyTest('a machine that is gone is told by its code', async (t) => {
  const check = { script: 'true', user: 'root', timeoutSeconds: 10 };
  const verdict = await runner.run('f'.repeat(64), check, {}, new AbortController().signal);
  t.match(verdict, { state: 'errored', reasonCode: 'CONTAINER_NOT_FOUND' });
});
