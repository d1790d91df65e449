import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import type { TerminalSpec } from '../../../src/engine/engine-terminals.ts';
import { isRunning, provisionMachine, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';
import { readScreen } from '../../kit/terminals/screen.ts';

/** Contract of every engine for terminals. */
export async function terminalContract(open: (t: Test) => EngineHarness): Promise<void> {
  const openShell = async (engine: Engine, machineId: string, changes: Partial<TerminalSpec> = {}) => {
    const command = ['bash', '--norc', '--noprofile'];
    const environment = { PS1: 'ready> ' };
    const terminal = await engine.openTerminal(machineId, {
      command,
      environment,
      rows: 31,
      cols: 97,
      ...changes,
    });
    return { terminal, ...readScreen(terminal) };
  };

  await test('a terminal', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);

    await t.test('has its size at the first prompt, and each later one', async (t) => {
      const { terminal, until } = await openShell(engine, machineId, {
        command: ['sh', '-c', 'stty size; exec sh'],
      });
      t.match(await until('31 97'), /^31 97/, 'and the shell’s own output is first');
      await terminal.resize(12, 34);
      terminal.stream.write('stty size\n');
      await until('12 34');
      await terminal.end();
      await terminal.resize(5, 5);
      t.pass('a resize after the end is harmless');
    });

    await t.test('passes ^P on immediately, and ^P ^Q does not detach', async () => {
      const { terminal, until } = await openShell(engine, machineId);
      await until('ready> ');
      terminal.stream.write('stty raw -echo; dd bs=1 count=1 2>/dev/null | od -An -tx1; stty sane\n');
      await sleep(300);
      terminal.stream.write('\u0010');
      await until(' 10');
      terminal.stream.write('stty -echo; cat -v\n');
      await sleep(300);
      terminal.stream.write('\u0010\u0011x\n');
      await until('x\r\n');
      await terminal.end();
    });

    await t.test('transfers all byte values in both directions', async () => {
      const { terminal, until } = await openShell(engine, machineId);
      await until('ready> ');
      terminal.stream.write('stty raw -echo; head -c 256 | sha256sum; stty sane\n');
      await sleep(300);
      terminal.stream.write(Buffer.from(Array.from({ length: 256 }, (_, index) => index)));
      await until('40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880');
      await terminal.end();
    });

    await t.test('takes a paste larger than any buffer while its shell prints more', async (t) => {
      const { terminal, until } = await openShell(engine, machineId);
      await until('ready> ');
      const lines = Array.from({ length: 300 }, (_, line) => `seq 2000 # ${String(line).padStart(40)}\n`);
      terminal.stream.write(`${lines.join('')}echo done-""all\n`);
      t.match(await until('done-all'), /seq 2000/);
      await terminal.end();
    });

    await t.test('ends with the exit code of its shell', async (t) => {
      const { terminal, until } = await openShell(engine, machineId);
      await until('ready> ');
      terminal.stream.write('exit 42\n');
      t.same(await terminal.over, { exitCode: 42 });
      await terminal.end();
    });

    await t.test('runs as the given user, in the given folder and with the given environment', async (t) => {
      const spec = { user: 'learner', workingDirectory: '/usr', environment: { WORD: 'a b' } };
      const { terminal, until } = await openShell(engine, machineId, {
        ...spec,
        command: ['sh', '-c', 'id -un; pwd; echo "$WORD."; tty'],
      });
      t.match(await until('/dev/pts'), /learner\s+\/usr\s+a b\.\s/);
      t.same(await terminal.over, { exitCode: 0 });
    });

    await t.test('blocks its shell while nobody reads, and loses nothing', async (t) => {
      const command = ['sh', '-c', 'stty -opost; seq 1 2000000; echo end >/tmp/flood'];
      const terminal = await engine.openTerminal(machineId, { command, rows: 24, cols: 80 });
      terminal.stream.pause();
      await sleep(1_500);
      t.match(await runScript(engine, machineId, 'cat /tmp/flood'), { code: 1 }, 'the flood is blocked');
      let bytes = 0;
      for await (const chunk of terminal.stream) bytes += (chunk as Buffer).length;
      t.equal(bytes, 14_888_896);
      t.same(await terminal.over, { exitCode: 0 });
    });

    await t.test('that cannot start says why', async (t) => {
      const attempts: [Partial<TerminalSpec>, RegExp][] = [
        [{ command: ['no-such-shell'] }, /no-such-shell/],
        [{ command: ['/etc/passwd'] }, /\/etc\/passwd/],
        [{ user: 'nobody-here' }, /nobody-here/],
        [{ workingDirectory: '/no/such' }, /\/no\/such/],
      ];
      for (const [changes, problem] of attempts) {
        await t.rejects(openShell(engine, machineId, changes), {
          code: 'SHELL_NOT_STARTED',
          details: { problem },
        });
      }
      await t.rejects(openShell(engine, 'nothing'), { code: 'CONTAINER_NOT_FOUND' });
    });
  });

  await test('a durable shell is reported before it starts, and ended if that fails', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const found = async () => (await runScript(engine, machineId, 'ls /tmp | grep started || :')).out;
    let noted = '';
    let seen = 'nothing';
    const { terminal } = await openShell(engine, machineId, {
      command: ['bash', '-c', 'touch /tmp/started; exec sleep 632'],
      async beforeStart({ shell }) {
        noted = shell;
        await sleep(300);
        seen = await found();
      },
    });
    t.equal(noted, terminal.shell);
    if (terminal.durable) t.equal(seen, '', 'it waited');
    await sleep(300);
    t.equal(await found(), 'started\n');
    await terminal.end();

    const command = ['sleep', '633'];
    const beforeStart = () => Promise.reject(new Error('the database is gone'));
    await t.rejects(openShell(engine, machineId, { command, beforeStart }), {
      message: 'the database is gone',
    });
    t.notOk(await isRunning(engine, machineId, 'sleep 633'));
  });

  await test('an ended terminal', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const jobs = 'sleep 621 & nohup sleep 622 >/dev/null & setsid sleep 623 & (trap "" HUP; sleep 624); ';

    await t.test('leaves only processes that were meant to outlive it', async (t) => {
      const { terminal, until } = await openShell(engine, machineId);
      await until('ready> ');
      terminal.stream.write(`${jobs}\n`);
      await sleep(500);
      await Promise.all([terminal.end(), terminal.end()]);
      t.same(await terminal.over, { exitCode: 129 });
      const left = async (number: number) => isRunning(engine, machineId, `sleep ${number}`);
      t.same(
        [await left(621), await left(622), await left(623), await left(624)],
        [false, true, true, false],
      );
      await runScript(engine, machineId, 'pkill sleep -f "sleep 62"');
    });

    await t.test(
      'is gone even if its shell ignores signals and has a name that is hard to parse',
      async (t) => {
        const script = "cp /bin/sleep '/tmp/a) S 1 (b'; trap '' HUP TERM; '/tmp/a) S 1 (b' 4625; sleep 4626";
        const { terminal } = await openShell(engine, machineId, { command: ['bash', '-c', script] });
        await sleep(500);
        t.ok(await isRunning(engine, machineId, '4625'));
        await terminal.end();
        t.same(await terminal.over, { exitCode: 137 }, 'killed without a delay');
        t.notOk(await isRunning(engine, machineId, '4625'));
        t.notOk(await isRunning(engine, machineId, '4626'));
      },
    );

    await t.test('includes one that lost its stream, unless its shell is durable', async (t) => {
      const { terminal, until } = await openShell(engine, machineId);
      await until('ready> ');
      terminal.stream.write('sleep 627\n');
      await sleep(300);
      terminal.stream.destroy();
      const over = await terminal.over;
      t.equal(over === 'cut', terminal.durable);
      t.equal(await isRunning(engine, machineId, 'sleep 627'), terminal.durable);
      if (over !== 'cut') t.type(over.exitCode, 'number');
      await terminal.end();
      t.notOk(await isRunning(engine, machineId, 'sleep 627'));
    });

    await t.test('is gone even while its machine has no free process', async (t) => {
      const { terminal, until } = await openShell(engine, machineId);
      await until('ready> ');
      terminal.stream.write('bomb() { bomb | bomb & }; bomb; while :; do :; done\n');
      await sleep(1_500);
      await terminal.end();
      t.match(await runScript(engine, machineId, 'ls /proc | grep -c "^[0-9]"'), { out: /^\d\n$/ });
    });
  });

  await test('a shell that a crash left running is ended by its handle', async (t) => {
    const harness = open(t);
    const { engine } = harness;
    const { machineId, environmentId } = await provisionMachine(engine);
    const crashing = await harness.openCuttable();
    const { terminal, until } = await openShell(crashing.engine, machineId);
    await until('ready> ');
    terminal.stream.write('sleep 631\n');
    await sleep(300);
    await crashing.cut();
    t.same(await terminal.over, { exitCode: undefined });
    t.ok(await isRunning(engine, machineId, 'sleep 631'), 'the engine keeps it running');
    t.ok(terminal.shell.length <= 64);

    const [pid, uid] = terminal.shell.split(':');
    await engine.endShell(machineId, `${pid}:${uid}:1`);
    await engine.endShell(machineId, 'nonsense');
    t.ok(await isRunning(engine, machineId, 'sleep 631'), 'another process with its number is left alone');

    await engine.endShell(machineId, terminal.shell);
    t.notOk(await isRunning(engine, machineId, 'sleep 631'));
    await engine.endShell(machineId, terminal.shell);
    await engine.destroy(environmentId);
    await engine.endShell(machineId, terminal.shell);
  });

  await test('a terminal whose machine is gone ends without its own exit code', async (t) => {
    const { engine } = open(t);
    const { machineId, environmentId } = await provisionMachine(engine);
    const { terminal, until } = await openShell(engine, machineId);
    await until('ready> ');
    await engine.destroy(environmentId);
    t.same(await terminal.over, terminal.durable ? 'cut' : { exitCode: undefined });
    t.equal(await engine.reattachTerminal(machineId, terminal.shell, 0), undefined);
    await terminal.end();
  });

  await test('a durable terminal', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const terminal = await engine.openTerminal(machineId, {
      command: ['bash', '--norc', '--noprofile'],
      environment: { PS1: 'ready> ' },
      rows: 31,
      cols: 97,
    });
    const raw: Buffer[] = [];
    terminal.stream.on('data', (chunk: Buffer) => raw.push(chunk));
    const { until } = readScreen(terminal);
    await until('ready> ');
    if (!terminal.durable) {
      t.equal(
        await engine.reattachTerminal(machineId, terminal.shell, 0),
        undefined,
        'only some engines have durable terminals',
      );
      return;
    }
    t.equal(terminal.offset, 0);

    await t.test('is reconnected, and returns its output from any byte on', async (t) => {
      terminal.stream.write('stty -echo; word=kept; seq 1000 1100\n');
      await until('1100\r\nready> ');
      terminal.stream.destroy();
      t.equal(await terminal.over, 'cut');
      const from = Buffer.concat(raw).indexOf('1050\r\n');
      const again = await engine.reattachTerminal(machineId, terminal.shell, from);
      if (!again) throw new Error('it is gone');
      t.equal(again.offset, from);
      t.equal(again.shell, terminal.shell);
      const screen = readScreen(again);
      t.match(await screen.until('1100\r\nready> '), /^1050\r\n1051\r\n/);
      again.stream.write('echo $word $(stty size)\n');
      await screen.until('kept 31 97');

      const taken = await engine.reattachTerminal(machineId, terminal.shell, Number.MAX_SAFE_INTEGER);
      t.equal(await again.over, 'cut', 'the earlier connection was closed');
      taken?.stream.resume().write('exit 7\n');
      t.same(await taken?.over, { exitCode: 7 });
    });

    await t.test('that does not exist cannot be reconnected', async (t) => {
      const [leader] = terminal.shell.split('/');
      for (const handle of ['nonsense', `${leader}`, `${leader}/0123456789abcdef`, `${leader}/../../x`]) {
        t.equal(await engine.reattachTerminal(machineId, handle, 0), undefined, handle);
      }
      t.equal(await engine.reattachTerminal('nothing', terminal.shell, 0), undefined);
    });
  });
}
