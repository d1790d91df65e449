import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { Test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import {
  environmentSpec,
  MACHINE_IMAGE,
  machineSpec,
  networkSpec,
  runScript,
  testSubnet,
} from '../../kit/engine/engines.ts';
import { ensureRegistryImage, openLocalRegistry } from '../../kit/engine/local-registry.ts';
import { markImage, openImages } from '../../kit/labs/pins.ts';
import { until } from '../../kit/basics/until.ts';

/** The first build of the image takes a while. */
t.setTimeout(300_000);

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const URL = 'http://registry:5000/v2';

/** A local registry with an image, and an engine whose environments may access it. */
async function setUp(t: Test) {
  const { registry, docker, installation, open } = await openLocalRegistry(t);
  const registryImage = await ensureRegistryImage(t);
  const engine = createDockerEngine({ installation, registryImage });
  t.teardown(async () => {
    for (const { environmentId } of await engine.list()) await engine.destroy(environmentId);
    await engine.close();
  });
  await registry.ensure();
  const images = openImages(t);
  const name = `berth-test/${installation}:latest`;
  await markImage(images, name, installation);
  t.teardown(() => images.remove(name));
  await registry.push(name, { name: 'library/tools', tag: '1' }, { onLayers: () => undefined });
  return { registry, docker, installation, engine, open };
}

await t.test('a machine pulls manifests and layers, and can neither push nor remove', async (t) => {
  const { engine, registry, docker } = await setUp(t);
  const spec = environmentSpec({ registry: true });
  const [machine] = await engine.provision(spec);
  const run = (script: string) => runScript(engine, machine?.machineId ?? '', script);
  const status = async (path: string, options = '') =>
    (await run(`curl -s -m 10 -o /dev/null -w '%{http_code}' ${options} ${URL}/${path}`)).out;
  await until(async () => (await status('')) === '200');

  const head = await run(`curl -sI -m 10 -H 'Accept: ${MANIFEST}' ${URL}/library/tools/manifests/1`);
  const digest = /docker-content-digest: (\S+)/i.exec(head.out)?.[1] ?? '';
  const manifest = (await run(`curl -s -m 10 -H 'Accept: ${MANIFEST}' ${URL}/library/tools/manifests/1`)).out;
  const { layers = [] } = JSON.parse(manifest) as { layers?: { digest: string; size: number }[] };
  t.equal(layers.length, 1);
  const [layer] = layers;
  const sum = await run(`curl -s -m 10 ${URL}/library/tools/blobs/${layer?.digest} | sha256sum`);
  t.equal(`sha256:${sum.out.split(' ')[0]}`, layer?.digest, 'the layer is complete');

  t.equal(await status('library/tools/blobs/uploads/', '-X POST'), '403');
  t.equal(await status('evil/blobs/uploads/?mount=x&from=library/tools', '-X POST'), '403');
  t.equal(await status('library/tools/manifests/1', `-X PUT -H 'Content-Type: ${MANIFEST}' -d '{}'`), '403');
  t.equal(await status(`library/tools/manifests/${digest}`, '-X DELETE'), '403');
  t.equal(await status(`library/tools/blobs/${layer?.digest}`, '-X PATCH'), '403');
  t.equal(await status('../', '--path-as-is'), '404');
  t.strictSame(await registry.list(), [{ name: 'library/tools', tags: ['1'] }]);

  await engine.destroy(spec.environmentId);
  const filters = { label: [`berth.environment=${spec.environmentId}`] };
  t.strictSame(
    await docker.listContainers({ all: true, filters }),
    [],
    'the front is removed with its environment',
  );
  t.strictSame(await docker.listNetworks({ filters }), []);
});

await t.test('the front for labs cannot write, whatever the request', async (t) => {
  const { docker, installation } = await setUp(t);
  const reader = docker.getContainer(`berth-registry-${installation}-reader`);
  const { HostConfig, Mounts, NetworkSettings } = await reader.inspect();
  t.strictSame(Object.keys(NetworkSettings.Networks), ['none']);
  t.match(HostConfig, { CapDrop: ['ALL'], ReadonlyRootfs: true, SecurityOpt: ['no-new-privileges:true'] });
  t.equal(Mounts.find(({ Destination }) => Destination === '/var/lib/berth-registry')?.RW, false);
});

await t.test('a front does not connect networks', async (t) => {
  const { engine, docker } = await setUp(t);
  const networks = ['left', 'right'].map((name) => networkSpec({ name, subnet: testSubnet() }));
  const spec = environmentSpec({ registry: true, networks, machines: [machineSpec({ networks: ['left'] })] });
  await engine.provision(spec);
  const front = await docker.getContainer(`berth-${spec.environmentId}.registry`).inspect();
  const addressOn = (name: string) =>
    front.NetworkSettings.Networks[`berth-${spec.environmentId}-${name}`]?.IPAddress ?? '';
  t.equal(Object.keys(front.NetworkSettings.Networks).length, 2);

  const forwards = await runScript(engine, front.Id, 'cat /proc/sys/net/ipv4/ip_forward');
  t.equal(forwards.out, '0\n');

  /** Learners cannot change routes; these containers can. */
  async function intrude(name: string) {
    const intruder = await docker.createContainer({
      Image: MACHINE_IMAGE,
      Entrypoint: ['sleep', '300'],
      Labels: front.Config.Labels,
      User: '0',
      HostConfig: { NetworkMode: `berth-${spec.environmentId}-${name}`, CapAdd: ['NET_ADMIN', 'NET_RAW'] },
    });
    await intruder.start();
    const { NetworkSettings } = await intruder.inspect();
    const address = NetworkSettings.Networks[`berth-${spec.environmentId}-${name}`]?.IPAddress ?? '';
    const run = (script: string) => runScript(engine, intruder.id, script, { user: '0' });
    return { address, run };
  }
  const left = await intrude('left');
  const right = await intrude('right');
  const routed = [
    await left.run(`ip route add ${right.address}/32 via ${addressOn('left')}`),
    await right.run(`ip route add ${left.address}/32 via ${addressOn('right')}`),
  ];
  t.strictSame(
    routed.map(({ code }) => code),
    [0, 0],
  );
  for (const { run } of [left, right]) {
    t.equal((await run(`curl -s -m 5 -o /dev/null -w '%{http_code}' ${URL}/`)).out, '200', 'it is reachable');
  }
  t.not((await left.run(`ping -c3 -W1 ${right.address}`)).code, 0, 'but nothing behind it');
  t.not((await right.run(`ping -c3 -W1 ${left.address}`)).code, 0);
  t.not((await left.run(`curl -s -m 5 http://${addressOn('right')}:5000/v2/`)).code, 0, 'nor its other side');
});

await t.test(
  'labs that do not request it cannot reach it, and a request without a registry fails',
  async (t) => {
    const { engine, installation, registry, docker } = await setUp(t);
    const [machine] = await engine.provision(environmentSpec());
    t.not((await runScript(engine, machine?.machineId ?? '', `curl -s -m 3 ${URL}/`)).code, 0);
    await registry.remove();

    const without = createDockerEngine({ installation });
    t.teardown(() => without.close());
    const spec = environmentSpec({ registry: true });
    await t.rejects(without.provision(spec), { code: 'LOCAL_REGISTRY_UNAVAILABLE', message: /it is off/ });
    const imageless = createDockerEngine({
      installation,
      registryImage: `none/${randomBytes(4).toString('hex')}`,
    });
    t.teardown(() => imageless.close());
    await t.rejects(imageless.provision(spec), { code: 'LOCAL_REGISTRY_UNAVAILABLE', message: /berth up/ });
    const filters = { label: [`berth.environment=${spec.environmentId}`] };
    t.strictSame(await docker.listNetworks({ filters }), [], 'nothing is left of the failed environment');
    t.strictSame(await docker.listContainers({ all: true, filters }), []);
  },
);
