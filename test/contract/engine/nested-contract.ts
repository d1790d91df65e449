import { test } from 'tap';
import type { Test } from 'tap';
import { NESTED_DATA_FOLDER } from '../../../src/engine/engine.ts';
import { environmentSpec, newEnvironmentId, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';
import { MAKE_TINY_IMAGE, nestedSpec, provisionNested } from '../../kit/engine/nested.ts';

/**
 * Content that an engine stores in special ways: a removed file and folder, a recreated folder, files of
 * several owners, one with a capability, a stopped container and a volume.
 */
const MAKE_LAYERS = `
docker run --name lower tiny sh -c 'mkdir -p /gone /again; touch /gone/file /again/old /left /owned; chown 33:44 /owned; setcap cap_net_raw=ep /owned'
docker commit lower lower
docker run --name upper lower sh -c 'rm -r /gone /left /again; mkdir /again; touch /again/new'
docker commit upper upper
docker run --rm --volume kept:/volume tiny sh -c 'echo in a volume > /volume/file'
`;
const TELL_LAYERS = `
docker run --rm upper sh -c 'ls -d /gone /left /again /again/* 2> /dev/null' || true
docker run --rm lower sh -c 'stat -c %u:%g /owned; getcap /owned'
docker run --rm --volume kept:/volume tiny cat /volume/file
docker ps --all --filter status=exited --format '{{.Names}}' | grep -v running | sort | xargs
`;
const AS_MADE = {
  out: '/again\n/again/new\n33:44\n/owned cap_net_raw=ep\nin a volume\nlower upper\n',
  code: 0,
};

/** The limits of all kinds, once each. */
const NAMESPACE_LIMITS = 'cat /proc/sys/user/max_*_namespaces | sort -u';

/** Makes a learner's own client unable to connect to anything. */
const SPOIL_CLIENT = `
set -e
mkdir -p ~/.docker/cli-plugins
printf '#!/bin/sh\\nexec sleep 600\\n' > ~/.docker/cli-plugins/docker-x
chmod +x ~/.docker/cli-plugins/docker-x
echo '{"currentContext":"x"}' > ~/.docker/config.json
`;

/** Contract of every engine for machines with their own engine. */
export async function nestedContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('a machine’s own engine answers when the machine is ready', async (t) => {
    const { engine } = open(t);
    t.equal(await engine.nestedProblem(), undefined);
    const { machineId } = await provisionNested(engine);
    const run = (script: string) => runScript(engine, machineId, script, { timeoutMs: 60_000 });

    t.match(await run('docker info --format "{{.Driver}} {{.SecurityOptions}}"'), {
      code: 0,
      out: /^overlay2 .*rootless/,
    });
    t.equal((await run(NAMESPACE_LIMITS)).out, '400\n', 'as many namespaces as processes');
    t.match(await run(MAKE_TINY_IMAGE), { code: 0 });
    const hello = await run('docker run --name greeter tiny sh -c "echo hello > /kept; cat /kept"');
    t.match(hello, { code: 0, out: 'hello\n' });
    t.match(await run('docker commit greeter tiny:2 && docker run --rm tiny:2 cat /kept'), {
      out: /hello\n$/,
    });

    await t.test('which is paused with it', async (t) => {
      await engine.pause(machineId);
      await engine.unpause(machineId);
      t.match(await run('docker image ls --quiet tiny:2'), { code: 0, out: /^\w+\n$/ });
    });

    await t.test('and answers after a restart, with its earlier images and containers', async (t) => {
      await engine.restart(machineId);
      t.equal((await run(NAMESPACE_LIMITS)).out, '400\n', 'as many namespaces as processes');
      t.match(await run('docker start --attach greeter'), { code: 0, out: 'hello\n' });
      t.match(await run('docker run --rm tiny:2 cat /kept'), { code: 0, out: 'hello\n' });
    });

    await t.test(
      'even if its learner’s client is set up for another engine, and one of its plugins hangs',
      async (t) => {
        t.match(await run(SPOIL_CLIENT), { code: 0 });
        t.not((await run('timeout 5 docker info')).code, 0, 'their own client cannot connect');
        await engine.restart(machineId);
        t.match(await run('rm -r ~/.docker; docker image ls --quiet tiny:2'), { code: 0, out: /^\w+\n$/ });
      },
    );

    await t.test('and nobody is root in it', async (t) => {
      t.equal(
        (await run('id -u; grep -h CapPrm /proc/self/status')).out,
        '1000\nCapPrm:\t0000000000000000\n',
      );
      t.equal((await runScript(engine, machineId, 'id -u', { user: 'learner' })).out, '1000\n');
      for (const user of ['root', '0', '0:0', 'root:learner', 'nobody-here']) {
        const refused = { code: 'ROOT_REFUSED' };
        const shell = { command: ['sh'], user };
        await t.rejects(runScript(engine, machineId, 'true', { user }), refused, user);
        await t.rejects(engine.openTerminal(machineId, { ...shell, rows: 24, cols: 80 }), refused, user);
        await t.rejects(engine.prepareShell(machineId, shell), refused, user);
        await t.rejects(engine.execOutput(machineId, { command: ['true'], user }), refused, user);
      }
    });
  });

  await test('everything that a learner created with an engine exists again after a save', async (t) => {
    const { engine } = open(t);
    const first = await provisionNested(engine);
    const run = (script: string, { machineId } = first) =>
      runScript(engine, machineId, `set -e; ${script}`, { timeoutMs: 60_000 });
    t.match(await run(MAKE_TINY_IMAGE), { code: 0 });
    t.match(await run(MAKE_LAYERS), { code: 0 });
    t.match(await run(TELL_LAYERS), AS_MADE, 'before');
    t.match(await run('docker run --detach --name running tiny sleep 600'), { code: 0 });
    await engine.stop(first.machineId);

    const repository = `berth-test/${newEnvironmentId()}`;
    const [image, from] = [`${repository}:machine`, `${repository}:data`];
    t.teardown(() => Promise.all([image, from].map((name) => engine.removeImage(name))));
    await engine.commit(first.machineId, { repository, tag: 'machine', labels: {} });
    await engine.commitVolume(first.machineId, NESTED_DATA_FOLDER, { repository, tag: 'data', labels: {} });
    await engine.destroy(first.environmentId);

    const machines = [nestedSpec({ image, volumes: [{ path: NESTED_DATA_FOLDER, from }] })];
    const second = await provisionNested(engine, { machines });
    t.match(await run(TELL_LAYERS, second), AS_MADE, 'after');
    const ended =
      'docker inspect --format "{{.State.Status}}" running; docker start running; docker rm --force running';
    t.match(await run(ended, second), { code: 0, out: 'exited\nrunning\nrunning\n' });
    await engine.destroy(second.environmentId);
  });

  await test('a machine with an engine has a user who is not root', async (t) => {
    const { engine } = open(t);
    const spec = environmentSpec({ machines: [nestedSpec({ user: 'root' })] });
    await t.rejects(engine.provision(spec), {
      code: 'LAB_INVALID',
      message: /is nested and its user is root/,
    });
    t.same(await engine.list(), []);
  });
}
