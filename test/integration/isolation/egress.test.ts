import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import {
  dockerHarness,
  environmentSpec,
  internetSpec,
  isRunning,
  machineSpec,
  MACHINE_IMAGE,
  networkSpec,
  runScript,
} from '../../kit/engine/engines.ts';
import {
  INTERNET_ADDRESS,
  METADATA_ADDRESS,
  PRIVATE_ADDRESS,
  removeEgressRules,
  startFakeInternet,
  withoutEngineChains,
} from '../../kit/engine/fake-internet.ts';

await test('a lab with internet reaches the internet and nothing else', async (t) => {
  await startFakeInternet(t);
  const { engine } = dockerHarness(t, { nameServers: [PRIVATE_ADDRESS] });
  const machines = [machineSpec(), machineSpec({ name: 'db' })];
  const [own, other] = [internetSpec({ machines }), internetSpec()];
  const [main, db] = await engine.provision(own);
  const [neighbour] = await engine.provision(other);
  const run = (script: string) => runScript(engine, main?.machineId ?? '', script);
  const fetches = async (address: string, port = 80) =>
    (await run(`curl -s --max-time 1 http://${address}:${port}/`)).code === 0;

  await t.test('the internet, by address and by name', async (t) => {
    t.equal((await run(`curl -s --max-time 5 http://${INTERNET_ADDRESS}/`)).out, 'internet');
    t.equal((await run('curl -s --max-time 5 http://www.example.test/')).out, 'internet');
  });

  await t.test('the other machines of its session', async (t) => {
    t.match(await run('ping -c1 -W2 db'), { code: 0, out: new RegExp(String(db?.addresses[0]?.address)) });
  });

  await t.test('no private networks, even if a name server is in one', async (t) => {
    t.notOk(await fetches(PRIVATE_ADDRESS));
  });

  await t.test('not the metadata address', async (t) => {
    t.notOk(await fetches(METADATA_ADDRESS));
  });

  await t.test('no other session', async (t) => {
    t.not((await run(`ping -c1 -W1 ${neighbour?.addresses[0]?.address}`)).code, 0);
  });

  await t.test('not the host, by any of its addresses', async (t) => {
    const server = createServer((_, response) => response.end('the host'));
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const { port } = server.address() as AddressInfo;
    const lists = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const addresses = lists.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
    t.ok(addresses.includes('198.51.100.1'), 'one of them faces the internet');
    for (const address of addresses) t.notOk(await fetches(address, port), address);
  });

  await t.test('nor any of these while the engine sorts its own rules', async (t) => {
    await withoutEngineChains(t, async () => {
      for (const address of [PRIVATE_ADDRESS, METADATA_ADDRESS]) t.notOk(await fetches(address), address);
      t.not((await run(`ping -c1 -W1 ${neighbour?.addresses[0]?.address}`)).code, 0);
      t.equal((await run('curl -s --max-time 5 http://www.example.test/')).out, 'internet');
      t.match(await run('ping -c1 -W2 db'), { code: 0 });
    });
  });

  await t.test('and a lab without internet not even that', async (t) => {
    const [closed] = await engine.provision(environmentSpec());
    const { code } = await runScript(
      engine,
      closed?.machineId ?? '',
      `curl -s --max-time 2 http://${INTERNET_ADDRESS}/ || getent hosts www.example.test`,
    );
    t.not(code, 0);
  });
});

await test('a machine on an internal and an internet network goes out by the latter, in any order', async (t) => {
  await startFakeInternet(t);
  const { engine } = dockerHarness(t, { nameServers: [PRIVATE_ADDRESS] });
  for (const order of [
    ['a-inside', 'b-outside'],
    ['outside', 'side'],
    ['side', 'outside'],
  ]) {
    const isOut = (name: string) => name.endsWith('outside');
    const inside = order.find((name) => !isOut(name)) ?? '';
    const spec = environmentSpec({
      networks: order.map((name) => networkSpec({ name, internet: isOut(name) })),
      machines: [machineSpec({ networks: order }), machineSpec({ name: 'db', networks: [inside] })],
    });
    const [both, db] = await engine.provision(spec);
    const run = (script: string) => runScript(engine, both?.machineId ?? '', script);
    const expectRoutes = async () => {
      const outside = both?.addresses.find(({ network }) => isOut(network))?.address ?? '';
      t.equal((await run('ip -4 route get 1.1.1.1 | grep -o "src [0-9.]*"')).out, `src ${outside}\n`);
      t.equal((await run('curl -s --max-time 5 http://www.example.test/')).out, 'internet');
      t.not((await run(`curl -s --max-time 1 http://${METADATA_ADDRESS}/`)).code, 0);
      t.match(await run('ping -c1 -W2 db'), { code: 0, out: new RegExp(String(db?.addresses[0]?.address)) });
    };
    await expectRoutes();
    await engine.restart(both?.machineId ?? '');
    await expectRoutes();
    const { code } = await runScript(
      engine,
      db?.machineId ?? '',
      `curl -s --max-time 2 http://${INTERNET_ADDRESS}/ || getent hosts www.example.test`,
    );
    t.not(code, 0, 'a machine with internal networks only does not');
    await engine.destroy(spec.environmentId);
  }
});

await test('a machine with internet gets its rules back after a firewall reload: at the next check, and at a restart', async (t) => {
  await startFakeInternet(t);
  const { engine } = dockerHarness(t);
  await engine.restoreEgress();
  const [machine] = await engine.provision(internetSpec());
  const machineId = machine?.machineId ?? '';
  const fetched = async (address: string) =>
    (await runScript(engine, machineId, `curl -s --max-time 2 http://${address}/`)).out;
  for (const restore of [engine.restoreEgress, () => engine.restart(machineId)]) {
    await removeEgressRules(t);
    t.equal(await fetched(METADATA_ADDRESS), 'internet', 'without them, it would be reachable');
    await restore();
    t.equal(await fetched(INTERNET_ADDRESS), 'internet');
    t.equal(await fetched(PRIVATE_ADDRESS), '');
    t.equal(await fetched(METADATA_ADDRESS), '');
  }
});

await test('a machine with internet is not restarted if its rules cannot be set', async (t) => {
  const { engine, installation } = dockerHarness(t);
  const [[machine], [closed]] = await Promise.all([
    engine.provision(internetSpec()),
    engine.provision(environmentSpec()),
  ]);
  const host = process.env['DOCKER_HOST'];
  const unable = createDockerEngine({ host, installation, egressImage: MACHINE_IMAGE });
  t.teardown(() => unable.close());
  await runScript(engine, machine?.machineId ?? '', 'sleep 999 >/dev/null 2>&1 &');
  await t.rejects(unable.restart(machine?.machineId ?? ''), { code: 'EGRESS_UNAVAILABLE' });
  t.ok(await isRunning(engine, machine?.machineId ?? '', 'sleep 999'), 'it is unchanged');
  await unable.restart(closed?.machineId ?? '');
});

await test('a lab with internet does not start if its rules cannot be set', async (t) => {
  const problems = { 'berth-test/no-such-image:x': /no-such-image/, [MACHINE_IMAGE]: /no iptables/ };
  for (const [egressImage, problem] of Object.entries(problems)) {
    const { engine } = dockerHarness(t, { egressImage });
    const spec = internetSpec();
    await t.rejects(engine.provision(spec), { code: 'EGRESS_UNAVAILABLE', details: { problem } });
    t.same(await engine.list(), []);
  }
});

await test('many labs with internet start at once', async (t) => {
  const { engine } = dockerHarness(t);
  const specs = Array.from({ length: 4 }, () => internetSpec());
  const provisioned = await Promise.all(specs.map((spec) => engine.provision(spec)));
  t.equal(provisioned.flat().length, 4);
});
