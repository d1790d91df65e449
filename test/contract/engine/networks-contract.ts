import { randomInt } from 'node:crypto';
import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine, MachineSpec, ProvisionedMachine } from '../../../src/engine/engine.ts';
import { environmentSpec, machineSpec, networkSpec, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

/** As for a hundred sessions at once: three times the capacity of an engine's own pools of subnets. */
const NETWORKS = 100;
/** Number of environments that are created, or removed, at the same time. */
const AT_ONCE = 4;

/** Contract of every engine for networks. */
export async function networksContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('machines reach each other by name on shared networks, and on no others', async (t) => {
    const { engine } = open(t);
    const { client, web, db, lonely: isolated, spec } = await provisionThreeTiers(engine);
    const reaches = async (from: ProvisionedMachine, target: string) => {
      const pinged = await runScript(engine, from.machineId, `ping -c1 -W1 ${target}`);
      const connected = await runScript(engine, from.machineId, connect(target));
      t.equal(pinged.code === 0, connected.code === 0, `${from.name} pings ${target} or not as it connects`);
      return connected.out === 'here\n';
    };
    for (const { machineId } of [client, web, db]) await runScript(engine, machineId, SERVE);

    t.same(
      web.addresses.map(({ network }) => network),
      ['back', 'front'],
      'in the machine’s order',
    );
    t.ok(await reaches(client, 'web'));
    t.ok(await reaches(web, 'client'));
    t.ok(await reaches(web, 'db'));
    t.ok(await reaches(db, 'web'));
    const [back, front] = web.addresses;
    t.ok(await reaches(client, front?.address ?? ''));
    t.ok(await reaches(db, back?.address ?? ''));
    t.notOk(await reaches(client, 'db'), 'not across, by name');
    t.notOk(await reaches(client, db.addresses[0]?.address ?? ''), 'not across, by address');
    t.notOk(await reaches(db, client.addresses[0]?.address ?? ''), 'nor back');

    await t.test('a machine on no network can reach only itself', async (t) => {
      t.same(isolated.addresses, []);
      t.same(await engine.inspect(isolated.machineId), {
        state: 'running',
        addresses: [],
        exitCode: undefined,
        outOfMemory: false,
      });
      t.equal((await runScript(engine, isolated.machineId, 'ls /sys/class/net')).out, 'lo\n');
      for (const target of ['web', ...addressesOf(client, web, db)]) t.notOk(await reaches(isolated, target));
    });

    await t.test('each machine is listed with its addresses, and keeps them after a restart', async (t) => {
      const [listed] = await engine.list();
      t.equal(listed?.environmentId, spec.environmentId);
      const found = new Map(listed?.machines.map((machine) => [machine.name, machine.addresses]));
      for (const { name, addresses } of [client, web, db, isolated]) t.same(found.get(name), addresses, name);
      await engine.restart(web.machineId);
      t.same((await engine.inspect(web.machineId)).addresses, web.addresses);
      await runScript(engine, web.machineId, SERVE);
      t.ok(await reaches(client, 'web'));
      t.ok(await reaches(web, 'db'));
    });
  });

  await test('an environment without a network is created, listed and removed', async (t) => {
    const { engine } = open(t);
    const machines = [machineSpec({ networks: [] })];
    const spec = environmentSpec({ networks: [], machines });
    const [machine] = await engine.provision(spec);
    t.match(await engine.list(), [{ environmentId: spec.environmentId, machines: [{ addresses: [] }] }]);
    await engine.restart(machine?.machineId ?? '');
    await engine.destroy(spec.environmentId);
    t.same(await engine.list(), []);
  });

  await test('a network with a used subnet is named in the error, and leaves nothing of its environment', async (t) => {
    const { engine } = open(t);
    const taken = networkSpec({ name: 'taken' });
    await engine.provision(environmentSpec({ networks: [networkSpec(), taken] }));
    const networks = [networkSpec(), { ...taken, name: 'other' }];
    const machines = [machineSpec({ networks: ['lab', 'other'] })];
    await t.rejects(engine.provision(environmentSpec({ networks, machines })), {
      code: 'SUBNETS_EXHAUSTED',
      details: { subnet: taken.subnet },
    });
    t.equal((await engine.list()).length, 1);
  });

  await test('a machine on a missing network is refused before anything is created', async (t) => {
    const { engine } = open(t);
    const machines = [machineSpec({ networks: ['lab', 'elsewhere'] })];
    await t.rejects(engine.provision(environmentSpec({ machines })), {
      code: 'INPUT_INVALID',
      message: /"main".*"elsewhere"/,
    });
    t.same(await engine.list(), []);
  });

  await test(`${NETWORKS} networks exist at the same time, each with its own subnet, and are removed again`, async (t) => {
    const { engine } = open(t);
    const row = randomInt(256);
    const specs = Array.from({ length: NETWORKS / 4 }, (_, environment) => {
      const networks = Array.from({ length: 4 }, (__, index) => {
        const place = environment * 4 + index;
        const subnet = `10.228.${(row + Math.floor(place / 16)) % 256}.${(place % 16) * 16}/28`;
        return networkSpec({ name: `n${index}`, subnet });
      });
      return environmentSpec({ networks, machines: [] });
    });
    await inBatches(specs, (spec) => engine.provision(spec));
    t.same(
      (await engine.list()).map(({ environmentId }) => environmentId).toSorted(),
      specs.map(({ environmentId }) => environmentId).toSorted(),
    );
    const [first] = specs;
    const networks = [networkSpec({ subnet: first?.networks[3]?.subnet ?? '' })];
    await t.rejects(engine.provision(environmentSpec({ networks })), { code: 'SUBNETS_EXHAUSTED' });
    await inBatches(specs, ({ environmentId }) => engine.destroy(environmentId));
    t.same(await engine.list(), []);
  });
}

/** Answers "here" to clients of port 7000. */
const SERVE = `perl -MIO::Socket::INET -e '
  my $server = IO::Socket::INET->new(LocalPort => 7000, Listen => 9, ReuseAddr => 1) or die; exit if fork;
  close STDOUT; close STDERR; while (my $client = $server->accept) { print $client "here\\n"; close $client }'`;

function connect(target: string): string {
  return `timeout 1 bash -c 'exec 3<>/dev/tcp/${target}/7000; cat <&3'`;
}

/** A client in front, a web server on both networks, a database behind, and one on no network. */
async function provisionThreeTiers(engine: Engine) {
  const machine = (name: string, networks: string[]): MachineSpec => machineSpec({ name, networks });
  const spec = environmentSpec({
    networks: [networkSpec({ name: 'front' }), networkSpec({ name: 'back' })],
    machines: [
      machine('client', ['front']),
      machine('web', ['back', 'front']),
      machine('db', ['back']),
      machine('lonely', []),
    ],
  });
  const [client, web, db, isolated] = await engine.provision(spec);
  if (!client || !web || !db || !isolated) throw new Error('the engine made too few machines');
  return { client, web, db, lonely: isolated, spec };
}

function addressesOf(...machines: ProvisionedMachine[]): string[] {
  return machines.flatMap(({ addresses }) => addresses.map(({ address }) => address));
}

async function inBatches<T>(items: T[], use: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE)
    await Promise.all(items.slice(at, at + AT_ONCE).map(use));
}
