import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine, VolumeSpec } from '../../../src/engine/engine.ts';
import { environmentSpec, machineSpec, newEnvironmentId, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

/**
 * Everything that must survive: owners, modes, both kinds of links, a name with other characters than ASCII.
 */
const FILL = `set -e; cd /data; chown learner:users .; chmod 2750 .
  echo kept >file; chown 1000:7 file; chmod 4751 file; ln file hard; ln -s /no/where soft
  mkdir -m 1777 empty; mkfifo pipe; : >grüße; mkdir d; : >d/.hidden; truncate -s 3M d/hole; touch -d @1000000000 d/hole`;
const TELL = `cd /data; find . -printf '%p %y %m %U:%G %n %l\\n' | sort; cat file; stat -c '%s %Y' d/hole
  [ file -ef hard ] && echo same`;

/** Contract of every engine for volumes. */
export async function volumesContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('a volume starts with the image’s content, and keeps its content after a restart', async (t) => {
    const { engine } = open(t);
    const { id } = await provision(engine, [{ path: '/home' }, { path: '/data' }]);
    const run = (script: string) => runScript(engine, id, script);
    t.equal((await run('stat -c "%U %n" /home/learner; ls -A /data')).out, 'learner /home/learner\n');
    t.equal((await run('grep -c " /home \\| /data " /proc/self/mounts')).out, '2\n');
    await run('echo kept >/data/file; echo too >/home/learner/file');
    await engine.restart(id);
    t.equal((await run('cat /data/file /home/learner/file')).out, 'kept\ntoo\n');
  });

  await test('a volume is removed with its environment', async (t) => {
    const { engine } = open(t);
    const first = await provision(engine, [{ path: '/data' }]);
    await runScript(engine, first.id, 'touch /data/file');
    await engine.destroy(first.environmentId);
    t.same(await engine.list(), []);
    const { id } = await provision(engine, [{ path: '/data' }], first.environmentId);
    t.equal((await runScript(engine, id, 'ls -A /data')).out, '');
  });

  await test('a new volume starts from a saved one, identical to the last link', async (t) => {
    const { engine } = open(t);
    const { id } = await provision(engine, [{ path: '/srv' }, { path: '/data' }]);
    t.match(await runScript(engine, id, FILL), { code: 0 });
    const { out: before } = await runScript(engine, id, TELL);
    t.match(before, /^\. d 2750 1000:100 .*^\.\/file f 4751 1000:7 2 .*^kept\n3145728 1000000000\nsame$/ms);
    const bytes = await engine.measureVolume(id, '/data/');
    t.ok(bytes > 3 * 1024 ** 2 && bytes < 3 * 1024 ** 2 + 64 * 1024, `${bytes}: holes count`);
    const saved = await save(t, engine, id, '/data/');
    t.match(await engine.inspect(id), { state: 'running' });
    const again = await provision(engine, [{ path: '/data', from: saved.image }]);
    t.equal((await runScript(engine, again.id, TELL)).out, before);
    // Changes to it affect neither the first volume nor the saved one.
    await runScript(engine, again.id, 'rm -r /data/*');
    const third = await provision(engine, [{ path: '/data', from: saved.id }]);
    t.equal((await runScript(engine, third.id, TELL)).out, before);
  });

  await test('a volume that was saved empty starts empty, whatever the image contains', async (t) => {
    const { engine } = open(t);
    const path = '/home/learner';
    const { id } = await provision(engine, [{ path }]);
    await runScript(engine, id, `cd ${path}; ls -A | grep -q . && find . -mindepth 1 -delete; chmod 2700 .`);
    const { image } = await save(t, engine, id, path);
    const again = await provision(engine, [{ path, from: image }]);
    const { out } = await runScript(engine, again.id, `ls -A ${path}; stat -c "%a %U" ${path}`);
    t.equal(out, '2700 learner\n');
  });

  await test('the volume of an ended machine is saved too', async (t) => {
    const { engine } = open(t);
    const { id } = await provision(engine, [{ path: '/data' }]);
    await runScript(engine, id, 'echo kept >/data/file; kill -TERM $(pgrep -o sleep)').catch(() => undefined);
    const { image } = await save(t, engine, id, '/data');
    const again = await provision(engine, [{ path: '/data', from: image }]);
    t.equal((await runScript(engine, again.id, 'cat /data/file')).out, 'kept\n');
  });

  await test('other folders cannot be saved, and other images cannot be used for volumes', async (t) => {
    const { engine } = open(t);
    const { id } = await provision(engine, [{ path: '/data' }]);
    const target = { repository: `berth-test/${newEnvironmentId()}`, tag: 'v1', labels: {} };
    for (const path of ['/', '/home', '/data/sub', '']) {
      await t.rejects(engine.commitVolume(id, path, target), { code: 'NOT_FOUND' }, path);
      await t.rejects(engine.measureVolume(id, path), { code: 'NOT_FOUND' }, path);
    }
    await t.rejects(engine.commitVolume('nothing', '/data', target), { code: 'CONTAINER_NOT_FOUND' });
    for (const from of ['berth-test/no-such:image', machineSpec().image]) {
      const spec = environmentSpec({ machines: [machineSpec({ volumes: [{ path: '/data', from }] })] });
      await t.rejects(engine.provision(spec), { code: 'IMAGE_NOT_FOUND', details: { image: from } });
    }
    t.equal((await engine.list()).length, 1, 'the refused environments left nothing');
  });

  await test('an environment that could not be created leaves no volume', async (t) => {
    const { engine } = open(t);
    const volumes = [{ path: '/data' }];
    const machines = [
      machineSpec({ volumes }),
      machineSpec({ name: 'broken', user: 'nobody-here', volumes }),
    ];
    await t.rejects(engine.provision(environmentSpec({ machines })), { code: 'ENGINE_REFUSED' });
    t.same(await engine.list(), []);
  });

  await test('a second environment with the same id does not change the volumes of the first', async (t) => {
    const { engine } = open(t);
    const first = await provision(engine, [{ path: '/data' }]);
    await runScript(engine, first.id, 'echo kept >/data/file');
    await t.rejects(provision(engine, [{ path: '/data' }], first.environmentId), { code: 'ENGINE_REFUSED' });
    await engine.restart(first.id);
    t.equal((await runScript(engine, first.id, 'cat /data/file')).out, 'kept\n');
  });
}

async function provision(engine: Engine, volumes: VolumeSpec[], environmentId = newEnvironmentId()) {
  const spec = environmentSpec({ environmentId, machines: [machineSpec({ volumes })] });
  const [machine] = await engine.provision(spec);
  return { environmentId, id: machine?.machineId ?? '' };
}

async function save(t: Test, engine: Engine, machineId: string, path: string) {
  const target = {
    repository: `berth-test/${newEnvironmentId()}`,
    tag: 'v1',
    labels: { 'berth.test': 'a "b" $c' },
  };
  const id = await engine.commitVolume(machineId, path, target);
  const image = `${target.repository}:${target.tag}`;
  t.teardown(async () => {
    await engine.removeImage(image);
    await engine.removeImage(image);
  });
  return { id, image };
}
