import { createHash, randomBytes } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { ByteSource } from '../../../src/core/byte-source.ts';
import { CARRIER } from '../../../src/engine/docker/holder/holder-volume.ts';
import { connectInMachine } from '../../../src/engine/docker/holder/machine-socket.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { connectDocker } from '../../../bench/raw-docker.ts';
import { bytesOf, piecesOf } from '../../kit/basics/bytes-of.ts';
import {
  dockerHarness,
  isRunning,
  provisionMachine,
  runScript,
  streamingHarness,
} from '../../kit/engine/engines.ts';
import { until } from '../../kit/basics/until.ts';

const docker = connectDocker(process.env['DOCKER_HOST']);
const MEBIBYTE = 1024 * 1024;
const LIMITS = { timeoutMs: 60_000, outputLimitBytes: 1_024 };
/** Copies its input to a file, and then prints its last message. */
const KEEP = 'cat >/tmp/fed && cat <&3 && echo kept';

/** What a learner's program does to each new socket, $p, in the sockets' folder. */
const THIEVES = {
  'connects first and sends nothing': 'IO::Socket::UNIX->new(Peer => $p)',
  'connects first and sends something else': 'my $s = IO::Socket::UNIX->new(Peer => $p); print $s "x" x 500',
  'replaces it with a link to another socket': 'unlink $p; symlink "/var/run/docker.sock", $p',
  'replaces it with a pipe': 'unlink $p; system "mkfifo", $p',
  'replaces it with a file': 'unlink $p; open my $f, ">", $p',
  'listens in its place, and sends something else':
    'unlink $p; my $l = IO::Socket::UNIX->new(Local => $p, Listen => 1) or next; my $s = $l->accept; print $s "stolen" x 9000',
};

const shell = (script: string) => ({ command: ['sh', '-c', script] });
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function feed(engine: Engine, machineId: string, script: string, pieces: Buffer[]) {
  const input = await engine.execInput(machineId, { ...shell(script), ...LIMITS });
  if (!input) return undefined;
  for (const piece of pieces) await input.write(piece);
  input.end('and that was all\n');
  return input.result;
}

async function hashOfSource(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(source)) hash.update(piece);
  return hash.digest('hex');
}

await test('a command with a socket as its input or output', async (t) => {
  const { engine, installation } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine);
  const run = async (script: string) => (await runScript(engine, machineId, script)).out;
  const sockets = () => run('ls -A /dev/berth');

  await t.test('gets its input complete and unchanged, and the last message after it', async (t) => {
    const piece = randomBytes(MEBIBYTE);
    const hash = createHash('sha256');
    for (let sent = 0; sent < 200; sent += 1) hash.update(piece);
    const pieces = Array.from({ length: 200 }, () => piece);
    const result = await feed(engine, machineId, KEEP, pieces);
    t.match(result, { outcome: 'exited', exitCode: 0, stdout: Buffer.from('and that was all\nkept\n') });
    t.equal(await run('sha256sum </tmp/fed'), `${hash.digest('hex')}  -\n`);
    t.equal(await sockets(), '');
  });

  await t.test('returns its output complete and unchanged, without the engine’s streams', async (t) => {
    const before = await run('sha256sum </tmp/fed');
    const output = await engine.execOutput(
      machineId,
      shell('out=$(readlink /proc/$$/fd/1); echo "$out" >/tmp/out; cat /tmp/fed'),
    );
    t.equal(`${await hashOfSource(output)}  -\n`, before);
    t.match(await run('cat /tmp/out'), /^socket:/);
    t.equal(await sockets(), '');
  });

  await t.test('fails with its error output, however long that is', async (t) => {
    const refused = await feed(engine, machineId, 'echo no >&2; exit 9', [Buffer.alloc(MEBIBYTE)]);
    t.match(refused, { exitCode: 9, stderr: Buffer.from('no\n') });
    const loud = await engine.execOutput(machineId, shell('seq 1 100000 >&2; echo out'));
    t.equal((await bytesOf(loud)).toString(), 'out\n');
  });

  await t.test('gets no last message if the caller aborts, and leaves nothing', async (t) => {
    const input = await engine.execInput(machineId, { ...shell(KEEP), ...LIMITS });
    await input?.write(Buffer.alloc(3 * MEBIBYTE));
    input?.giveUp();
    t.match(await input?.result, { exitCode: 0, stdout: Buffer.from('kept\n') });
    t.equal(await sockets(), '');
  });

  await t.test('ends when its caller’s process is killed', async (t) => {
    const file = fileURLToPath(new URL('../../kit/engine/feeder.ts', import.meta.url));
    const script = 'cat >/dev/null; read -r word <&3 || echo cut >/tmp/cut; sleep 0; exec true';
    const child = fork(file, [installation, machineId, script]);
    await once(child, 'message');
    t.ok(await isRunning(engine, machineId, 'cat'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(async () => (await run('cat /tmp/cut')) === 'cut\n');
    t.notOk(await isRunning(engine, machineId, 'cat'));
    t.equal(await sockets(), '');
  });

  await t.test('gets no last message if it does not read its input', async (t) => {
    const pieces = Array.from({ length: 16 }, () => Buffer.alloc(MEBIBYTE));
    const result = await feed(engine, machineId, 'exec </dev/null; cat <&3; echo end', pieces);
    t.match(result, { exitCode: 0, stdout: Buffer.from('end\n') });
  });

  await t.test('gets no last message if it closes an idle input', async (t) => {
    const script = 'exec </dev/null; touch /tmp/closed; cat <&3; echo end';
    const input = await engine.execInput(machineId, { ...shell(script), ...LIMITS });
    await until(async () => (await run('ls /tmp/closed')) !== '');
    await input?.write(Buffer.alloc(MEBIBYTE));
    input?.end('and that was all\n');
    t.match(await input?.result, { exitCode: 0, stdout: Buffer.from('end\n') });
  });

  await t.test('is ended on demand if it keeps running after an abort', async (t) => {
    const over = new AbortController();
    const spec = { ...shell('exec sleep 1000'), ...LIMITS, signal: over.signal };
    const input = await engine.execInput(machineId, spec);
    input?.giveUp();
    over.abort(new Error('it takes too long'));
    await t.rejects(async () => input?.result, { message: 'it takes too long' });
    t.notOk(await isRunning(engine, machineId, 'sleep 1000'));
  });

  await t.test('can be closed more than once', async (t) => {
    const output = await engine.execOutput(machineId, shell('exec sleep 1000'));
    await Promise.all([output.close(new Error('once')), output.close(new Error('twice'))]);
    await output.close();
    await t.rejects(output.read(Buffer.alloc(1)));
    t.notOk(await isRunning(engine, machineId, 'sleep 1000'));
  });

  for (const [manner, theft] of Object.entries(THIEVES)) {
    await t.test(`loses no data when a learner’s program ${manner}`, async (t) => {
      const bytes = randomBytes(2 * MEBIBYTE);
      const script = `use IO::Socket::UNIX; my (%seen, @kept);
        for (;;) { for my $p (glob "/dev/berth/*") { next if $seen{$p}++; push @kept, do { ${theft} } } }`;
      await run(`perl -e '${script.replaceAll('\n', ' ')}' >/dev/null 2>&1 & echo $! >/tmp/thief`);
      const fed = await feed(engine, machineId, KEEP, [bytes]);
      if (fed) t.match(fed, { exitCode: 0 });
      else await feedByEngine(engine, machineId, bytes);
      t.equal(await run('sha256sum </tmp/fed'), `${hashOf(bytes)}  -\n`);
      const output = await engine.execOutput(machineId, shell('echo once >>/tmp/times; cat /tmp/fed'));
      t.equal(hashOf(await bytesOf(output)), hashOf(bytes));
      t.equal(await run('cat /tmp/times; rm /tmp/times'), 'once\n');
      await run('kill -9 $(cat /tmp/thief); rm -f /dev/berth/*');
      t.notOk(await isRunning(engine, machineId, '/run/berth/carrier'));
    });
  }
});

await test('the launcher of socket commands', async (t) => {
  const { engine } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine);
  const { Id: id, State } = await docker.getContainer(machineId).inspect();
  const start = (input: PassThrough) => {
    const command = [CARRIER, 'out', 'echo', 'hi'];
    return engine.exec(machineId, { command, inputStream: input, ...LIMITS });
  };
  const connect = () => connectInMachine({ id, pid: State.Pid }, ['dev', 'berth', 'known']);
  const isThere = async () => (await runScript(engine, machineId, 'ls -A /dev/berth')).out === 'known\n';

  await t.test('accepts only a client with its token', async (t) => {
    const input = new PassThrough();
    input.write('/dev/berth/known secret\n');
    const result = start(input);
    await until(isThere);
    const silent = hangingUp(await connect());
    await hangingUp(await connect(), 'sacred');
    const slow = hangingUp(await connect(), 'sec');
    const right = await connect();
    right.write('secret');
    t.equal(await text(right), 'hi\n');
    await Promise.all([silent, slow]);
    t.match(await result, { exitCode: 0, stdout: Buffer.from('listening\nconnected\n') });
    t.notOk(await isThere());
  });

  await t.test('exits when its caller is gone, and leaves nothing', async (t) => {
    const input = new PassThrough();
    input.write('/dev/berth/known secret\n');
    const result = start(input);
    await until(isThere);
    input.end();
    t.match(await result, { exitCode: 125, stdout: Buffer.from('listening\n') });
    t.notOk(await isThere());
  });
});

await test('a connection that is reset before it has listeners is closed without harm', async (t) => {
  const { engine } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine);
  const { Id: id, State } = await docker.getContainer(machineId).inspect();
  const accepts = 'my $l = IO::Socket::UNIX->new(Local => "/dev/berth/rude", Listen => 1)';
  const script = `perl -MIO::Socket::UNIX -e '${accepts}; sleep 1 until -e "/tmp/go"'`;
  await runScript(engine, machineId, `${script} >/dev/null 2>&1 &`);
  await until(async () => (await runScript(engine, machineId, 'ls /dev/berth')).out === 'rude\n');
  // Nobody accepts the connection, so the kernel resets it when the listener exits.
  const socket = await connectInMachine({ id, pid: State.Pid }, ['dev', 'berth', 'rude']);
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  await runScript(engine, machineId, 'touch /tmp/go');
  t.equal(await closed, true, 'with an error');
});

await test('commands do not use sockets', async (t) => {
  await t.test('if their folder is not writable; reading then works without them', async (t) => {
    const { engine } = dockerHarness(t);
    const { machineId } = await provisionMachine(engine, { profile: 'restricted', user: 'learner' });
    await runScript(engine, machineId, 'chmod 700 /dev/berth', { user: '0' });
    t.equal(await engine.execInput(machineId, { ...shell(KEEP), ...LIMITS }), undefined);
    const output = await engine.execOutput(machineId, shell('echo once >>~/times; cat ~/times'));
    t.equal((await bytesOf(output)).toString(), 'once\n');
  });

  await t.test('if the service has no access to machines', async (t) => {
    const { engine } = streamingHarness(t);
    const { machineId } = await provisionMachine(engine);
    t.equal(await engine.execInput(machineId, { ...shell(KEEP), ...LIMITS }), undefined);
  });
});

/** Sends `words` if given, and resolves when the other side disconnects. */
function hangingUp(socket: Socket, words?: string): Promise<unknown> {
  const over = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  socket.on('error', () => undefined).resume();
  if (words !== undefined) socket.write(words);
  return over;
}

async function feedByEngine(engine: Engine, machineId: string, input: Buffer): Promise<void> {
  await engine.exec(machineId, { ...shell('cat >/tmp/fed'), ...LIMITS, input });
}
