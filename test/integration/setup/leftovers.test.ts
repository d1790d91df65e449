import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { labelsOf } from '../../../src/engine/docker/labels.ts';
import { MACHINE_IMAGE } from '../../kit/engine/engines.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { newOwner, PROCESS_SPACE } from '../../../src/infra/leases/process-owner.ts';
import { openLedger, removeAbandoned } from '../../kit/runner/machine/ledger.ts';
import { takeLeftovers } from '../../kit/runner/machine/leftovers.ts';

await t.test('leftovers of tests are reported with their test, and removed', async (t) => {
  const host = process.env['DOCKER_HOST'];
  const { docker, close } = connectEngine(host, process.env);
  t.teardown(close);
  const [installation, other] = [newInstallation(t), newInstallation(t)];
  const labels = (of: string) => ({ Labels: labelsOf(of, 'machine') });
  const container = await docker.createContainer({
    name: `main-${installation}`,
    Image: MACHINE_IMAGE,
    ...labels(installation),
  });
  await container.commit({ repo: 'berth-test/saved', tag: installation });
  await docker.createNetwork({ Name: `net-${installation}`, ...labels(installation) });
  await docker.createVolume({ Name: `volume-${installation}`, ...labels(installation) });
  await docker.getImage(MACHINE_IMAGE).tag({ repo: 'berth/pin', tag: `${installation}.0` });
  await docker.createVolume({ Name: `volume-${other}`, ...labels(other) });

  const file = join(t.testdir({}), 'list');
  await writeFile(file, `${installation} test/careless.test.ts\n`);
  const left = await takeLeftovers(file, host, 0);
  t.same(left, [
    `container main-${installation} of test/careless.test.ts`,
    `network net-${installation} of test/careless.test.ts`,
    `volume volume-${installation} of test/careless.test.ts`,
    `image berth-test/saved:${installation} of test/careless.test.ts`,
    `image berth/pin:${installation}.0 of test/careless.test.ts`,
  ]);
  t.same(await takeLeftovers(file, host, 0), []);
  t.ok(await docker.getVolume(`volume-${other}`).inspect(), 'objects of others are left alone');
});

await t.test(
  'the next run removes what a killed run left on its engine, and nothing of running ones',
  async (t) => {
    const host = process.env['DOCKER_HOST'] ?? '';
    const { docker, close } = connectEngine(host, process.env);
    t.teardown(close);
    const parent = t.testdir({});
    const run = spawn('sleep', ['600'], { stdio: 'ignore' });
    const killed = newOwner().replace(`${PROCESS_SPACE}/${process.pid}/`, `${PROCESS_SPACE}/${run.pid}/`);

    /** Creates a volume that a test of the run recorded. */
    async function leave(owner: string, engine: string) {
      const installation = newInstallation(t);
      const ledger = await openLedger(engine, { owner, parent });
      await appendFile(ledger.file, `${installation} test/careless.test.ts\n`);
      const Labels = labelsOf(installation, 'machine');
      await docker.createVolume({ Name: `volume-${installation}`, Labels });
      return { ledger, name: `volume-${installation}` };
    }
    const abandoned = await leave(killed, host);
    const running = await leave(newOwner(), host);
    const elsewhere = await leave(killed, 'tcp://192.0.2.1:2375');
    t.same(await removeAbandoned(host, parent), [], 'all runs are still running');

    run.kill('SIGKILL');
    await once(run, 'exit');
    t.same(await removeAbandoned(host, parent), [`volume ${abandoned.name} of test/careless.test.ts`]);
    const gone = docker.getVolume(abandoned.name).inspect();
    t.equal(await gone.catch((error: { statusCode?: number }) => error.statusCode), 404);
    await t.rejects(access(abandoned.ledger.file), { code: 'ENOENT' });
    for (const { ledger, name } of [running, elsewhere]) {
      t.ok(await docker.getVolume(name).inspect());
      await access(ledger.file);
    }
  },
);
