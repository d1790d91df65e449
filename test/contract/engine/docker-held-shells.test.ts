import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { test } from 'tap';
import { ENDING_SCRIPT } from '../../../src/engine/docker/environments/ending.ts';
import { reachHeldShell, startHeldShell } from '../../../src/engine/docker/holder/held-shell.ts';
import { endShellOf } from '../../../src/engine/docker/exec/terminal.ts';
import type { HeldStream } from '../../../src/engine/docker/holder/held-stream.ts';
import { createHolderVolume, HOLDER_IMAGE } from '../../../src/engine/docker/holder/holder-volume.ts';
import { connectInMachine } from '../../../src/engine/docker/holder/machine-socket.ts';
import { connectDocker } from '../../../bench/raw-docker.ts';
import { dockerHarness, isRunning, provisionMachine, runScript } from '../../kit/engine/engines.ts';
import { buildSpec, openImages, ownName } from '../../kit/engine/engine-images.ts';
import { readScreen } from '../../kit/terminals/screen.ts';
import { until } from '../../kit/basics/until.ts';

const docker = connectDocker(process.env['DOCKER_HOST']);

async function reached(machineId: string) {
  const { Id: id, State } = await docker.getContainer(machineId).inspect();
  return { docker, id, pid: State.Pid };
}

/** Collects the output of an agent's shell. */
function collect(stream: HeldStream) {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { bytes: () => Buffer.concat(chunks), text: () => Buffer.concat(chunks).toString() };
}

await test('a machine without capabilities has durable shells too', async (t) => {
  const { engine } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine, { profile: 'restricted', user: 'learner' });
  const spec = { command: ['sh', '-c', 'id -un; ls /dev/berth'], rows: 24, cols: 80 };
  const terminal = await engine.openTerminal(machineId, spec);
  await readScreen(terminal).until('learner\r\n');
  t.same(await terminal.over, { exitCode: 0 });
});

await test('a machine whose programs use all of its terminals says so at once', async (t) => {
  const { engine } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine);
  const takeAll = `perl -e '$| = 1; while (open($terminal[@terminal], "+<", "/dev/ptmx")) { } print "taken\\n"; sleep 600' >taken &
    until grep -q taken taken; do sleep 0.1; done`;
  t.match(await runScript(engine, machineId, takeAll), { code: 0 });
  await t.rejects(engine.openTerminal(machineId, { command: ['sh'], rows: 24, cols: 80 }), {
    code: 'SHELL_NOT_STARTED',
    details: { problem: 'sh: no free terminal in the machine' },
  });
});

await test('a durable shell', async (t) => {
  const { engine, installation } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine);
  const machine = await reached(machineId);
  const spec = { command: ['bash', '--norc', '--noprofile'], environment: { PS1: 'ready> ' } };

  async function start(name: string) {
    const shell = await startHeldShell(machine, name, spec);
    if (!shell) throw new Error('there is no agent');
    return shell;
  }

  await t.test('keeps running for a reconnecting client, which gets exactly what it missed', async (t) => {
    const { stream } = await start('again');
    stream.attach(24, 80);
    const before = collect(stream);
    stream.write('stty -echo -opost; word=kept; seq 1 20000; sleep 0.3; seq 20001 40000\n');
    await until(async () => before.bytes().length > 60_000);
    stream.destroy();
    const had = before.bytes();

    const back = await reachHeldShell(machine, 'again');
    if (!back) throw new Error('it is gone');
    back.attach(24, 80, had.length);
    const after = collect(back);
    await until(async () => after.text().includes('\n40000\n'));
    back.write('echo "$word"\n');
    await until(async () => after.text().includes('kept'));
    const all = had.toString() + after.text();
    const numbers = all.slice(all.indexOf('1\n2\n'), all.indexOf('40000\n') + 6);
    t.equal(numbers, Array.from({ length: 40_000 }, (_, at) => `${at + 1}\n`).join(''));
    back.write('exit 3\n');
    t.same(await back.over, { exitCode: 3 });
  });

  await t.test('keeps the newest half megabyte of unseen output, and its exit code', async (t) => {
    const { stream } = await start('unseen');
    stream.attach(24, 80);
    stream.write('stty -echo -opost; sleep 0.5; seq 1 300000; exit 5\n');
    await sleep(200);
    stream.destroy();
    await until(async () => !(await isRunning(engine, machineId, 'seq 1 300000')));
    await sleep(500);
    const back = await reachHeldShell(machine, 'unseen');
    if (!back) throw new Error('it is gone');
    const { printed } = (await back.hello) ?? { printed: 0 };
    back.attach(24, 80, 0);
    const after = collect(back);
    t.same(await back.over, { exitCode: 5 });
    if (!back.readableEnded) await once(back, 'end');
    t.equal(after.bytes().length, 512 * 1024);
    t.ok(printed > 1_900_000);
    t.match(after.text().slice(-40), /299999\n300000\nexit\r?\n$/);
  });

  await t.test('keeps running after its process was killed, and is ended by its handle', async (t) => {
    const file = fileURLToPath(new URL('../../kit/terminals/terminal-opener.ts', import.meta.url));
    const child = fork(file, [installation, machineId, 'sleep 651\n']);
    const [handle] = (await once(child, 'message')) as [string];
    await until(() => isRunning(engine, machineId, 'sleep 651'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await sleep(300);
    t.ok(await isRunning(engine, machineId, 'sleep 651'));
    await engine.endShell(machineId, handle);
    t.notOk(await isRunning(engine, machineId, 'sleep 651'));
  });

  await t.test('is ended by a second attempt if the first one failed', async (t) => {
    for (const usesAgents of [true, false]) {
      const { engine } = dockerHarness(t, { usesAgents });
      const { machineId } = await provisionMachine(engine);
      const terminal = await engine.openTerminal(machineId, { ...spec, rows: 24, cols: 80 });
      terminal.stream.resume();
      const shell = await runScript(
        engine,
        machineId,
        'readlink -f /bin/sh; rm /bin/sh; ln -s /bin/false /bin/sh',
      );
      await t.rejects(terminal.end(), { code: 'ENGINE_REFUSED' });
      const repair = await docker.getContainer(machineId).exec({
        Cmd: ['/bin/ln', '-sf', shell.out.trim(), '/bin/sh'],
        User: '0',
      });
      (await repair.start({ Detach: true })).resume();
      await until(async () => !(await repair.inspect()).Running);
      await terminal.end();
      t.match(await terminal.over, { exitCode: Number });
    }
  });

  await t.test('is not reached through a link, or in another machine', async (t) => {
    const socket = '/dev/berth/a';
    const links = `ln -s / /tmp/root && ln -s /var/run/docker.sock ${socket} && ln -s / /run/other`;
    t.match(await runScript(engine, machineId, links), { code: 0 });
    const names = ['dev', 'berth'];
    await t.rejects(connectInMachine(machine, [...names, 'a']), /not a socket/);
    await t.rejects(connectInMachine(machine, ['tmp', 'root', 'var', 'run', 'docker.sock']), {
      code: 'ENOTDIR',
    });
    await t.rejects(connectInMachine(machine, ['run', 'other', 'var', 'run', 'docker.sock']), {
      code: 'ENOTDIR',
    });
    await t.rejects(connectInMachine({ ...machine, pid: process.pid }, [...names, 'a']), /does not belong/);
  });

  await t.test('cannot be replaced, and its folder takes no files', async (t) => {
    const replace = 'cp /bin/true /run/berth/holder';
    t.match(await runScript(engine, machineId, replace), { err: /[Rr]ead-only/ });
    const fill = 'head -c 200000 /dev/zero >/dev/berth/full';
    t.match(await runScript(engine, machineId, fill), { err: /No space left/ });
  });
});

/**
 * Listens on an agent's socket, and claims that its shell is another process of another user. Arguments:
 * socket, process, user.
 */
const FORGE = `
use IO::Socket::UNIX;
my ($path, $pid, $uid) = @ARGV;
open my $stat, "<", "/proc/$pid/stat" or die;
my $start = (split / /, (<$stat> =~ s/.*\\) //r))[19];
my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 8) or die;
my $hello = "$pid $uid $start 0 0";
while (my $viewer = $listener->accept) {
  syswrite $viewer, pack("aCn", "h", 0, length $hello) . $hello;
  push @viewers, $viewer;
}`;

await test('a forged agent chooses neither who ends its shell nor the end of processes of other users', async (t) => {
  const { engine } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine, { user: 'learner' });
  const sleep = await docker.getContainer(machineId).exec({ Cmd: ['sleep', '677'], User: '0' });
  (await sleep.start({ Detach: true })).resume();
  await until(() => isRunning(engine, machineId, 'sleep 677'));
  const victim = (await runScript(engine, machineId, 'pgrep -f "^sleep 677"')).out.trim();
  const users: unknown[] = [];
  const watched = watchExecs(docker, ({ Cmd, User }) => Cmd?.includes(ENDING_SCRIPT) && users.push(User));

  for (const uid of ['0', '1', '65534']) {
    const name = `forged${uid}`;
    const socket = `/dev/berth/${name}`;
    const forge = await docker
      .getContainer(machineId)
      .exec({ Cmd: ['perl', '-e', FORGE, socket, victim, uid] });
    (await forge.start({ Detach: true })).resume();
    await until(async () => (await runScript(engine, machineId, `test -S ${socket}`)).code === 0);
    const machine = { ...(await reached(machineId)), docker: watched };
    const shell = await startHeldShell(machine, name, { command: ['bash'] });
    if (!shell) throw new Error('there is no agent');
    t.equal(String(shell.leader.pid), victim);
    await t.rejects(endShellOf({ container: watched.getContainer(machineId), ...shell }), {
      code: 'ENGINE_REFUSED',
    });
  }
  t.same(users, [undefined, undefined, undefined], "the machine's own user each time");
  t.ok(await isRunning(engine, machineId, 'sleep 677'), 'a process of root keeps running');
});

/** The engine's client, which reports each command that it has an engine create. */
function watchExecs(docker: Docker, onExec: (options: Docker.ExecCreateOptions) => void): Docker {
  const watched = Object.create(docker) as Docker;
  watched.getContainer = (id) => {
    const container = docker.getContainer(id);
    const create = container.exec.bind(container);
    container.exec = ((options: Docker.ExecCreateOptions) => {
      onExec(options);
      return create(options);
    }) as typeof container.exec;
    return container;
  };
  return watched;
}

await test('the volume with the agent', async (t) => {
  const { installation } = dockerHarness(t);
  const images = openImages(t);
  // The volume of a version that no machine mounts.
  const image = ownName(t, images);
  const spec = buildSpec(`FROM ${HOLDER_IMAGE}\nLABEL test=${installation}\n`);
  await images.tag(await images.build(spec), image);
  const { mounts } = createHolderVolume({ docker, installation, image });
  const volume = async () => (await mounts())?.binds[0]?.split(':')[0] ?? '';
  const name = await volume();
  const labels = async () => (await docker.getVolume(name).inspect()).Labels;
  const filled = await labels();
  t.same(filled, { 'berth.holder': name });
  t.teardown(() => docker.getVolume(name).remove());

  await t.test('is filled again if it was removed, or is an empty one with its name', async (t) => {
    await docker.getVolume(name).remove();
    t.equal(await volume(), name);
    t.same(await labels(), filled);
    await docker.getVolume(name).remove();
    await docker.createVolume({ Name: name });
    t.equal(await volume(), name);
    t.same(await labels(), filled);
  });

  await t.test('replaces volumes of versions whose images are gone', async (t) => {
    const old = { Name: 'berth-holder-earlier', Labels: { 'berth.holder': 'berth-holder-earlier' } };
    await docker.createVolume(old);
    await docker.getVolume(name).remove();
    await volume();
    await t.rejects(docker.getVolume(old.Name).inspect(), { message: /no such volume/ });
  });
});
