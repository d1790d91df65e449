import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { provisionMachine, runScript } from '../../support/engines.ts';
import type { EngineHarness } from '../../support/engines.ts';
import { readScreen } from '../../support/screen.ts';
import { until } from '../../support/until.ts';

/** Says what it finds when it begins, and then is a shell. */
const spec = {
  command: [
    'sh',
    '-c',
    'echo "$WORD at $(stty size) in $PWD."; touch "/tmp/$WORD"; exec bash --norc --noprofile',
  ],
  user: 'learner',
  environment: { WORD: 'first', PS1: 'ready> ' },
};
const size = { rows: 31, cols: 97 };

/** What every engine must do about shells that wait for who opens a terminal. */
export async function preparedShellsContract(open: (t: Test) => EngineHarness): Promise<void> {
  const pidOf = (handle: string) => Number.parseInt(handle, 10);
  const begun = async (engine: Engine, machineId: string) =>
    (await runScript(engine, machineId, 'test -e /tmp/first')).code === 0;

  await test('a shell that waits', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const handle = await engine.prepareShell(machineId, spec);

    await t.test('waits before anything of it runs, once however often it is asked for', async (t) => {
      t.ok(engine.isPrepared(machineId, handle));
      t.notOk(engine.isPrepared('another', handle));
      t.equal(await engine.prepareShell(machineId, spec), handle);
      t.notOk(await begun(engine, machineId));
    });

    await t.test('is no use to who asks for another one', async (t) => {
      const other = { ...spec, environment: { ...spec.environment, WORD: 'other' } };
      const terminal = await engine.openTerminal(machineId, { ...other, ...size });
      await readScreen(terminal).until('other at 31 97 in /home/learner.');
      t.not(terminal.shell, handle);
      t.ok(engine.isPrepared(machineId, handle));
      await terminal.end();
    });

    await t.test(
      'goes on after a pause for who opens a terminal, at their size, with nothing before its own output',
      async (t) => {
        await engine.pause(machineId);
        await engine.unpause(machineId);
        const terminal = await engine.openTerminal(machineId, { ...spec, ...size });
        t.equal(terminal.shell, handle);
        const screen = readScreen(terminal);
        t.equal(await screen.until('learner.'), 'first at 31 97 in /home/learner.');
        await screen.until('ready> ');
        t.ok(await begun(engine, machineId));
        terminal.stream.write('exit 42\n');
        t.same(await terminal.over, { exitCode: 42 });
        t.notOk(engine.isPrepared(machineId, handle));
      },
    );

    await t.test('serves one alone: the next is a shell of its own', async (t) => {
      const again = await engine.prepareShell(machineId, spec);
      const terminals = await Promise.all(
        [1, 2].map(() => engine.openTerminal(machineId, { ...spec, ...size })),
      );
      const shells = terminals.map(({ shell }) => shell);
      t.equal(shells.filter((shell) => shell === again).length, 1);
      t.equal(new Set(shells).size, 2);
      await Promise.all(terminals.map(({ end }) => end()));
    });

    await t.test('that was ended is forgotten, and a terminal opens all the same', async (t) => {
      const ended = await engine.prepareShell(machineId, spec);
      await engine.endShell(machineId, ended);
      await until(async () => !engine.isPrepared(machineId, ended));
      const terminal = await engine.openTerminal(machineId, { ...spec, ...size });
      await readScreen(terminal).until('first at 31 97');
      t.not(terminal.shell, ended);
      await terminal.end();
    });

    await t.test('that cannot start says why', async (t) => {
      const absent = { ...spec, command: ['no-such-shell'] };
      await t.rejects(engine.prepareShell(machineId, absent), {
        code: 'SHELL_NOT_STARTED',
        details: { problem: /no-such-shell/ },
      });
    });
  });

  await test('a shell that waits does so after its process has gone, and is ended by its handle', async (t) => {
    const harness = open(t);
    const { machineId } = await provisionMachine(harness.engine);
    const gone = await harness.openCuttable();
    const handle = await gone.engine.prepareShell(machineId, spec);
    await gone.engine.close();
    const lives = async () => {
      const { code } = await runScript(harness.engine, machineId, `kill -0 ${pidOf(handle)}`);
      return code === 0;
    };
    t.ok(await lives());
    t.notOk(harness.engine.isPrepared(machineId, handle));
    await harness.engine.endShell(machineId, handle);
    t.notOk(await lives());
  });
}
