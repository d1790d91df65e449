import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import type Dockerode from 'dockerode';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { LABEL, labelFilter } from '../../../src/engine/docker/labels.ts';
import { imagesFolder, listLabImages, neededImages } from '../../../src/host-setup/lab-images.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { until } from '../../kit/basics/until.ts';
import { clearInstallation } from '../../kit/engine/installation.ts';
import { machineAt } from '../../kit/engine/machine-at.ts';
import { GraphqlRefusal } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { createComposeProject } from './compose-project.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
/** Longest wait for containers to be removed, in milliseconds. */
const REMOVAL_LIMIT_MS = 60_000;
const SMALL_DISK_LAB = `title: A small disk
machines:
  - { name: main, image: berth/lab-linux, user: learner, disk: 64 MiB }
steps: []
`;
/** Writes up to 4 GiB, as fast as it can, in files that are all below the limit. */
const WRITER = 'cd; for i in $(seq 128); do dd if=/dev/zero of=f$i bs=1M count=32 2>&-; done';

await test(
  'docker-compose.yml runs a service that works, stops writers and keeps its data',
  { timeout: 1_200_000 },
  async (t) => {
    const { docker, close } = connectEngine(host, process.env);
    t.teardown(close);
    const folder = await mkdtemp(join(tmpdir(), 'berth-compose-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const project = await createComposeProject(t, docker, { socket: host.replace('unix://', ''), folder });
    const { compose } = project;
    await compose('build');
    await compose('up', '--detach', '--wait');
    const container = docker.getContainer((await compose('ps', '--quiet', 'berth')).trim());
    const logs = () => compose('logs', '--no-log-prefix', 'berth');
    t.match(await logs(), '✔ service', 'it set itself up');

    const { Config, HostConfig, Image, NetworkSettings } = await container.inspect();
    t.equal(Config.User, 'berth', 'it does not run as root');
    t.same(HostConfig.CapDrop, ['ALL'], 'it has no capabilities');
    t.same(
      NetworkSettings.Ports['8080/tcp']?.map(({ HostIp }) => HostIp),
      ['127.0.0.1'],
      'only this host can connect to it',
    );
    t.comment(`${Math.round((await docker.getImage(Image).inspect()).Size / 1e6)} MB`);

    for (const { name } of neededImages(await listLabImages(imagesFolder), {}, { nested: true })) {
      t.ok((await docker.getImage(`berth/lab-${name}`).inspect()).Id, `the image of ${name} is there`);
    }
    const graphql = createGraphql(project);
    t.match(await graphql('{ viewer { role } lab(slug: "linux-command-line") { slug } }'), {
      viewer: { role: 'ADMIN' },
      lab: { slug: 'linux-command-line' },
    });
    const page = await fetch(project.url, { headers: { accept: 'text/html' } });
    t.match(await page.text(), '<div id="root">', 'the web app is in it');
    t.match(
      await compose('exec', '-T', 'redis', 'sh', '-c', 'unset REDISCLI_AUTH; redis-cli ping'),
      'NOAUTH',
      'Redis refuses clients without the password',
    );

    const learner = learnerAt({ ...project, graphql });
    const session = await learner.start();
    await learner.reach(session, 'READY');
    const machine = await machineAt(docker, await addressIn(graphql, session));
    const installation = machine.Labels[LABEL.installation] ?? '';
    t.teardown(async () => {
      await compose('stop', '--timeout', '5', 'berth');
      await clearInstallation(installation);
    });
    const environment = machine.Labels[LABEL.environment] ?? '';
    const terminal = await learner.terminal(session);
    terminal.send('echo "$((6 * 7)) it is" | tee work\n');
    t.match(await terminal.expect('42 it is'), '42 it is', 'a terminal in a lab works');
    await terminal.close();
    t.ok((await partsOf(docker, environment)) > 1, 'the session is on the engine');
    await importLab(project, 'small-disk', SMALL_DISK_LAB);
    const small = learnerAt({ ...project, graphql }, 'small-disk');
    const writing = await small.start();
    await small.reach(writing, 'READY');
    const writer = docker.getContainer((await machineAt(docker, await addressIn(graphql, writing))).Id);
    const exec = await writer.exec({ Cmd: ['sh', '-c', WRITER], User: 'learner' });
    (await exec.start({ Detach: true })).resume();
    const { reason } = await small.reach(writing, 'ENDED');
    t.equal(reason?.code, 'MACHINE_DISK_FULL', 'a machine that writes too much is stopped');
    t.comment(reason?.message);

    const key = await compose('exec', '-T', 'berth', 'sha256sum', '/data/secret.key');
    await compose('down', '--timeout', '10');
    await compose('up', '--detach', '--wait');
    t.equal(
      await compose('exec', '-T', 'berth', 'sha256sum', '/data/secret.key'),
      key,
      'the key of stored passwords is the same after the containers were replaced',
    );
    t.equal((await small.see(writing)).reason?.code, 'MACHINE_DISK_FULL', 'so is the database');
    t.match(await compose('exec', '-T', 'berth', 'node', 'bin/berth.js', 'doctor'), 'Berth can run here.');
    const dump = await compose('exec', '-T', 'postgres', 'pg_dump', '--username', 'berth', 'berth');
    t.match(dump, 'CREATE TABLE public."Session"', 'the database can be dumped');

    await learner.reach(session, 'READY');
    const same = await machineAt(docker, await addressIn(graphql, session));
    t.equal(same.Id, machine.Id, 'the session of before has its machine');
    const terminalAfter = await learner.terminal(session);
    terminalAfter.send('cat work\n');
    t.match(await terminalAfter.expect('42 it is'), '42 it is', 'with its files');
    await terminalAfter.close();
    await graphql('mutation { deleteMySessions { deletedIds } }');
    await until(async () => (await partsOf(docker, environment)) === 0, REMOVAL_LIMIT_MS);

    const again = docker.getContainer((await compose('ps', '--quiet', 'berth')).trim());
    await compose('stop', '--timeout', '10', 'berth');
    t.equal((await again.inspect()).State.ExitCode, 0, 'it stops gracefully');

    const variables = await readFile(join(folder, '.env'), 'utf8');
    t.notMatch(
      await logs(),
      variables.match(/POSTGRES_PASSWORD=(\w+)/)?.[1] ?? '',
      'no password is in its log',
    );
  },
);

await test('it names a required variable that is missing from .env', async (t) => {
  const config = ['compose', '--env-file', '/dev/null', '-f', 'docker-compose.yml', 'config'];
  const output = await promisify(execFile)('docker', config, { cwd: root }).catch(String);
  t.match(output, /required variable \w+ is missing a value: set it in \.env/);
});

/** Sends operations as the admin. */
function createGraphql({ url, adminToken }: { url: string; adminToken: string }): BerthProcess['graphql'] {
  return async (query, variables) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: unknown; errors?: object[] };
    if (errors) throw new GraphqlRefusal(errors as GraphqlRefusal['errors']);
    return data as never;
  };
}

async function importLab(
  { url, adminToken }: { url: string; adminToken: string },
  slug: string,
  text: string,
): Promise<void> {
  const answer = await fetch(`${url}/api/v1/labs/${slug}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/x-tar', authorization: `Bearer ${adminToken}` },
    body: new Uint8Array(await tarOf({ name: 'lab.yaml', body: text })),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function addressIn(graphql: BerthProcess['graphql'], session: string): Promise<string> {
  const query = 'query ($id: ID!) { session(id: $id) { machines { address } } }';
  const answer = await graphql<{ session: { machines: [{ address: string }] } }>(query, { id: session });
  return answer.session.machines[0].address;
}

/** The number of things that the engine has of an environment. */
async function partsOf(docker: Dockerode, environment: string): Promise<number> {
  const filters = labelFilter({ [LABEL.environment]: environment });
  const parts = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listImages({ filters }),
  ]);
  return parts.flat().length;
}
