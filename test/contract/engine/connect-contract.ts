import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'tap';
import type { Test } from 'tap';
import {
  environmentSpec,
  isRunning,
  machineSpec,
  provisionMachine,
  runScript,
} from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';
import { startServer } from '../../kit/engine/machine-server.ts';
import { until } from '../../kit/basics/until.ts';

const MEBIBYTE = 1024 * 1024;

/** Answers once the client has ended its side, then closes. */
const COUNT_TO_END = 'my $n = 0; while (my $got = sysread $c, my $b, 65536) { $n += $got } print "got $n\\n"';
const ECHO = 'while (sysread $c, my $b, 65536) { print $b }';

/** Contract of every engine for connections to ports of machines. */
export async function connectContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('a connection to a machine', async (t) => {
    const { engine } = open(t);
    const { machineId, address } = await provisionMachine(engine);
    const serve = (port: number, server: string, at?: string) =>
      startServer(engine, machineId, { port, serve: server, ...(at !== undefined && { address: at }) });

    await t.test('transfers all byte values in both directions', async (t) => {
      await serve(1001, ECHO);
      const stream = await engine.connect(machineId, 1001);
      const sent = randomBytes(3 * MEBIBYTE);
      stream.end(sent);
      t.ok((await buffer(stream)).equals(sent));
    });

    await t.test('ends each direction separately', async (t) => {
      await serve(1002, COUNT_TO_END);
      const asking = await engine.connect(machineId, 1002);
      asking.end(Buffer.alloc(300_000));
      t.equal(await text(asking), 'got 300000\n', 'the server answers after the client’s end');

      await serve(
        1003,
        'print "first"; shutdown($c, 1); my $b; sysread $c, $b, 9; open(F, ">/tmp/after"); print F $b; close F',
      );
      const sender = await engine.connect(machineId, 1003);
      let received = '';
      sender.on('data', (bytes: Buffer) => (received += bytes.toString()));
      await once(sender, 'end');
      t.equal(received, 'first');
      sender.end('and after');
      await until(async () => (await runScript(engine, machineId, 'cat /tmp/after')).out === 'and after');
    });

    await t.test(
      'reaches servers on localhost, on all addresses and on the machine’s own address',
      async (t) => {
        await serve(1004, 'print "own"', address);
        await serve(1005, 'print "everywhere"', '0.0.0.0');
        for (const [port, answer] of [
          [1004, 'own'],
          [1005, 'everywhere'],
        ] as const) {
          const stream = await engine.connect(machineId, port);
          stream.end();
          t.equal(await text(stream), answer);
        }
      },
    );

    await t.test('is refused if nothing listens on the port, and works for the next port', async (t) => {
      await t.rejects(engine.connect(machineId, 1099), { code: 'PORT_CLOSED', details: { port: 1099 } });
      await serve(1099, 'print "now"');
      t.equal(await read(await engine.connect(machineId, 1099)), 'now');
    });

    await t.test('reports an error if the server resets it', async (t) => {
      await serve(
        1006,
        'setsockopt($c, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0)); print "half"; sleep 1; close $c',
      );
      await t.rejects(read(await engine.connect(machineId, 1006)), { code: 'ECONNRESET' });
    });

    await t.test('ends in the machine when the client disconnects', async () => {
      await serve(1007, 'open(F, ">/tmp/waits"); close F; sysread $c, my $b, 1; unlink "/tmp/waits"');
      const stream = await engine.connect(machineId, 1007);
      const waits = async () => (await runScript(engine, machineId, 'test -e /tmp/waits')).code === 0;
      await until(waits);
      stream.destroy();
      await until(async () => !(await waits()));
    });

    await t.test('slows the server down while nobody reads', async (t) => {
      await serve(
        1008,
        'my $n = 0; while (my $put = syswrite $c, "x" x 65536) { $n += $put; open(F, ">/tmp/n"); print F $n; close F }',
      );
      const stream = await engine.connect(machineId, 1008);
      const written = async () => Number((await runScript(engine, machineId, 'cat /tmp/n')).out);
      await until(async () => (await written()) > 0);
      let before = 0;
      // Buffers on the way fill up first.
      for (let now = await written(); now > before; now = await written()) {
        before = now;
        await sleep(500);
      }
      t.ok(before < 64 * MEBIBYTE, `${before} bytes lie on the way`);
      stream.resume();
      await until(async () => (await written()) > before + 16 * MEBIBYTE);
      stream.destroy();
    });

    await t.test('is one of many', async (t) => {
      const streams = await Promise.all(Array.from({ length: 20 }, () => engine.connect(machineId, 1001)));
      const answers = streams.map(async (stream, index) => {
        stream.end(`number ${index}`);
        return text(stream);
      });
      t.same(
        await Promise.all(answers),
        streams.map((_, index) => `number ${index}`),
      );
    });

    await t.test('needs no process of the machine', async (t) => {
      /** Returns the command lines of running processes. One that has ended, but is not reaped, has none. */
      const processes = async () => {
        const script = `for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done 2>/dev/null`;
        const { out } = await runScript(engine, machineId, script);
        return out.split('\n').filter((line) => line !== '');
      };
      const before = new Set(await processes());
      const stream = await engine.connect(machineId, 1007);
      await until(async () => (await runScript(engine, machineId, 'test -e /tmp/waits')).code === 0);
      // The server's process for the connection has the command line of the server.
      t.same(
        (await processes()).filter((line) => !before.has(line)),
        [],
      );
      stream.destroy();
    });

    await t.test('works again after a restart of the machine', async (t) => {
      const lost = await engine.connect(machineId, 1001);
      await engine.restart(machineId);
      await t.rejects(engine.connect(machineId, 1001), { code: 'PORT_CLOSED' });
      await serve(1001, ECHO);
      t.equal(await read(await engine.connect(machineId, 1001), 'again'), 'again');
      t.equal(await read(lost), '', 'an open connection ended with its server');
    });
  });

  await test('a connection to a missing or stopped machine is refused', async (t) => {
    const { engine } = open(t);
    await t.rejects(engine.connect('nothing', 80), { code: 'CONTAINER_NOT_FOUND' });
    const { machineId } = await provisionMachine(engine, { command: ['sleep', '0'] });
    await until(async () => (await engine.inspect(machineId)).state === 'exited');
    await t.rejects(engine.connect(machineId, 80), { code: 'MACHINE_NOT_RUNNING' });
  });

  await test('each machine has its own connections', async (t) => {
    const { engine } = open(t);
    const machines = ['web', 'db'].map((name) => machineSpec({ name }));
    const made = await engine.provision(environmentSpec({ machines }));
    for (const { machineId, name } of made) {
      await startServer(engine, machineId, { port: 80, serve: `print "${name}"` });
    }
    const answers = made.map(async ({ machineId }) => read(await engine.connect(machineId, 80)));
    t.same(await Promise.all(answers), ['web', 'db']);
    t.notOk(await isRunning(engine, made[0]?.machineId ?? '', 'connect.pl'));
  });
}

/** Sends `sent` and the end. Resolves with everything that arrives. */
function read(stream: Duplex, sent = ''): Promise<string> {
  stream.end(sent);
  return text(stream);
}
