import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { isRunning, provisionMachine, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

/** Contract of every engine for commands without a terminal. */
export async function execContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('a command runs to its end', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const run = (script: string, changes = {}) => runScript(engine, machineId, script, changes);

    await t.test('with separate output, errors and exit code', async (t) => {
      t.same(await run('echo out; echo err >&2; exit 3'), {
        code: 3,
        outcome: 'exited',
        out: 'out\n',
        err: 'err\n',
      });
    });

    await t.test('with input, which ends', async (t) => {
      const input = Buffer.alloc(300_000, 'abc\n');
      t.match(await run('wc -c', { input }), { code: 0, out: '300000\n' });
      t.match(await run('wc -c'), { code: 0, out: '0\n' });
    });

    await t.test('whether or not it reads its input', async (t) => {
      const input = Buffer.alloc(300_000, 'abc\n');
      const one = () => run('true', { input, timeoutMs: 5_000 });
      const codes: (number | undefined)[] = [];
      // Of a hundred, the engine leaves some open.
      while (codes.length < 60) {
        const results = await Promise.all([one(), one(), one(), one(), one(), one()]);
        codes.push(...results.map(({ code }) => code));
      }
      t.ok(
        codes.every((code) => code === 0),
        codes.join(' '),
      );
    });

    await t.test('as the given user, in the given folder and with the given environment', async (t) => {
      const changes = { user: 'learner', workingDirectory: '/usr', environment: { WORD: 'a b=$c' } };
      t.match(await run('id -un; pwd; echo "$WORD"', changes), { out: 'learner\n/usr\na b=$c\n' });
    });

    await t.test('with large output, complete and in order', async (t) => {
      const { out } = await run('seq 1 100000', { outputLimitBytes: 1_000_000 });
      t.equal(out, Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(''));
    });

    await t.test('with its output reported as it arrives', async (t) => {
      const input = new PassThrough();
      let received = '';
      const onOutput = (bytes: Buffer) => {
        received += bytes.toString();
        // The test sends what the command waits for only after its first output.
        if (received === 'first\n') input.end('second\n');
      };
      const script = 'echo first; echo aside >&2; read word; echo $word';
      t.match(await run(script, { inputStream: input, onOutput }), { out: 'first\nsecond\n' });
      t.equal(received, 'first\nsecond\n');
    });

    await t.test('even if its background process keeps its output open', async (t) => {
      t.match(await run('echo done; sleep 15 &'), { code: 0, outcome: 'exited', out: 'done\n' });
    });

    await t.test('and a missing or forbidden one does not start', async (t) => {
      for (const command of [['no-such-command'], ['/no/such/file'], ['/etc/passwd'], ['/etc']]) {
        const result = await engine.exec(machineId, { command, timeoutMs: 5_000, outputLimitBytes: 1_000 });
        t.match(result, { outcome: 'not-started', exitCode: undefined }, String(command[0]));
        t.match(result.stderr.toString(), String(command[0]));
      }
      t.match(await run('true', { user: 'nobody-here' }), { outcome: 'not-started', err: /nobody-here/ });
      t.match(await run('true', { workingDirectory: '/no/such' }), {
        outcome: 'not-started',
        err: /\/no\/such/,
      });
      t.match(
        await run('sleep 0.2; exit 127'),
        { outcome: 'exited', code: 127 },
        'the exit code alone is ambiguous',
      );
    });
  });

  await test('a command that is interrupted is ended with all processes that it started', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    // A child in the session, one that left the session, and one without a parent.
    const started = 'sleep 611 & setsid sleep 612 & (setsid sh -c "sleep 613 & sleep 614" &) ;';
    const nothingLeft = async (t: Test) => {
      for (const child of [611, 612, 613, 614]) {
        t.notOk(await isRunning(engine, machineId, `sleep ${child}`), `sleep ${child} has ended`);
      }
    };

    await t.test('by its time limit', async (t) => {
      const result = await runScript(engine, machineId, `${started} echo started; trap '' TERM HUP; wait`, {
        timeoutMs: 700,
      });
      t.same(result, { code: undefined, outcome: 'timed-out', out: 'started\n', err: '' });
      await nothingLeft(t);
    });

    await t.test('by its output limit', async (t) => {
      const result = await runScript(engine, machineId, `${started} yes abcdefghi`, {
        outputLimitBytes: 100_001,
      });
      t.match(result, { code: undefined, outcome: 'output-limit' });
      t.equal(result.out.length + result.err.length, 100_001);
      await nothingLeft(t);
    });

    await t.test('by an abort', async (t) => {
      const abort = new AbortController();
      const reason = new Error('no longer wanted');
      void sleep(500).then(() => abort.abort(reason));
      await t.rejects(runScript(engine, machineId, `${started} wait`, { signal: abort.signal }), reason);
      await nothingLeft(t);
      await t.rejects(runScript(engine, machineId, 'true', { signal: abort.signal }), reason);
    });

    await t.test('by an abort while it is about to start', async (t) => {
      const reason = new Error('no longer wanted');
      for (const delay of [0, 1, 3, 5, 10, 20]) {
        const abort = new AbortController();
        const running = runScript(engine, machineId, 'sleep 600', { signal: abort.signal, timeoutMs: 4_000 });
        void sleep(delay).then(() => abort.abort(reason));
        await t.rejects(running, reason, String(delay));
      }
      t.notOk(await isRunning(engine, machineId, 'sleep 600'));
    });

    await t.test('while the machine has no free process', async (t) => {
      // Started in a subshell: a shell that cannot start another process exits.
      const bomb = 'bomb() { bomb | bomb & }; (bomb) & while :; do :; done';
      const result = await runScript(engine, machineId, bomb, { timeoutMs: 2_000 });
      t.match(result, { outcome: 'timed-out' });
      // All remaining processes have ended, and stay until they are reaped.
      const living = 'grep -hE "^State:\\s+[^ZX]" /proc/[0-9]*/status 2>/dev/null | wc -l';
      t.match(await runScript(engine, machineId, living), { out: /^\d\n$/ });
    });
  });

  await test('a command in a missing or stopped machine is refused', async (t) => {
    const { engine } = open(t);
    await t.rejects(runScript(engine, 'nothing', 'true'), { code: 'CONTAINER_NOT_FOUND' });
    const { machineId, environmentId } = await provisionMachine(engine, { command: ['sleep', '0'] });
    await sleep(500);
    t.match(await engine.inspect(machineId), { state: 'exited', exitCode: 0, address: undefined });
    await t.rejects(runScript(engine, machineId, 'true'), { code: 'MACHINE_NOT_RUNNING' });
    await engine.destroy(environmentId);
  });

  await test('a command whose machine is destroyed reports an error', async (t) => {
    const { engine } = open(t);
    const { machineId, environmentId } = await provisionMachine(engine);
    const running = runScript(engine, machineId, 'sleep 600');
    const destroyed = sleep(400).then(() => engine.destroy(environmentId));
    await t.rejects(running, { code: /^(CONTAINER_NOT_FOUND|MACHINE_NOT_RUNNING)$/ });
    await destroyed;
  });

  await test('a command whose engine stops reports an error', async (t) => {
    const harness = open(t);
    const { machineId } = await provisionMachine(harness.engine);
    const { engine, cut } = await harness.openCuttable();
    const running = runScript(engine, machineId, 'sleep 600');
    void sleep(400).then(cut);
    await t.rejects(running, { code: 'ENGINE_UNREACHABLE' });
  });
}
