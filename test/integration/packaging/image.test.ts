import { execFile } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { chown, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import type Dockerode from 'dockerode';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import { LABEL, labelFilter } from '../../../src/engine/docker/labels.ts';
import type { BuildFile } from '../../../src/engine/engine-images.ts';
import { BASE_IMAGE } from '../../../src/host-setup/base-image.ts';
import { listLabImages } from '../../../src/host-setup/lab-images.ts';
import { neededImages } from '../../../src/host-setup/needed-images.ts';
import { imagesFolder } from '../../../src/host-setup/project-folders.ts';
import { GraphqlRefusal } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { machineAt } from '../../kit/engine/machine-at.ts';
import { buildNodeImage } from '../../kit/engine/node-image.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const TOKEN = `berth_test_${'p'.repeat(24)}`;
/** The image's user, as in the Dockerfile. */
const BERTH_UID = 990;
/** A running service answers immediately. */
const ANSWER_LIMIT_MS = 3_000;
const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';

await test(
  'the image builds, runs as an unprivileged user, and serves labs',
  { timeout: 900_000 },
  async (t) => {
    const { docker, close } = connectEngine(host, process.env);
    t.teardown(close);
    const images = createDockerImages({ docker });
    const nodeImage = `berth-test/node:${randomUUID()}`;
    await images.tag(await buildNodeImage(images, BASE_IMAGE), nodeImage);
    t.teardown(async () => {
      await images.remove(nodeImage);
      // The build stage is four times the size of the image, and useless until a change.
      await docker.pruneImages({ filters: { dangling: ['true'], label: ['berth.stage=build'] } });
    });
    const image = await images.build({
      name: 'berth',
      context: await buildContext(),
      arguments: { NODE_IMAGE: nodeImage },
      labels: { 'berth.test': 'packaging' },
      onOutput: () => undefined,
    });
    t.teardown(() => images.remove(image));

    const { Config, Size } = await docker.getImage(image).inspect();
    t.equal(Config.User, 'berth', 'it does not run as root');
    t.ok(Config.Healthcheck, 'it has a health check');
    t.comment(`${Math.round(Size / 1e6)} MB`);

    const data = await mkdtemp(join(tmpdir(), 'berth-data-'));
    t.teardown(() => rm(data, { recursive: true, force: true }));
    await chown(data, BERTH_UID, BERTH_UID);
    const container = await startContainer(docker, image, data);
    t.teardown(() => container.remove({ force: true, v: true }));
    const url = await addressOf(container);
    await until(
      async () => (await fetch(`${url}/readyz`)).ok,
      () => logsOf(container),
    );

    t.match(await logsOf(container), '✔ service', 'it set itself up');
    for (const { name } of neededImages(await listLabImages(imagesFolder), {}, { nested: true })) {
      t.ok(await images.find(`berth/lab-${name}`), `the image of ${name} exists`);
    }
    const graphql = createGraphql(url);
    t.match(await graphql('{ viewer { role } lab(slug: "linux-command-line") { slug } }'), {
      viewer: { role: 'ADMIN' },
      lab: { slug: 'linux-command-line' },
    });
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    t.match(await page.text(), '<div id="root">', 'it includes the web app');

    const learner = learnerAt({ url, adminToken: TOKEN, graphql });
    const session = await learner.start();
    await learner.reach(session, 'READY');
    const machine = await machineAt(docker, await addressIn(graphql, session));
    const environment = machine.Labels[LABEL.environment] ?? '';
    t.teardown(() => removeParts(docker, environment));
    const terminal = await learner.terminal(session);
    terminal.send('echo "$((6 * 7)) it is"\n');
    t.match(await terminal.expect('42 it is'), '42 it is', 'a terminal in a lab works');
    t.ok((await partsOf(docker, environment)).length > 1, 'the session is on the engine');
    await graphql('mutation { deleteMySessions { deletedIds } }');
    await terminal.close();
    await until(
      async () => (await partsOf(docker, environment)).length === 0,
      () => logsOf(container),
    );

    const health = await container.exec({ Cmd: ['node', 'bin/berth.js', 'health'], AttachStdout: true });
    const output = await health.start({});
    output.resume();
    await new Promise((resolve) => output.on('end', resolve));
    t.equal((await health.inspect()).ExitCode, 0, 'its health check passes');

    await container.stop({ t: 10 });
    t.equal((await container.inspect()).State.ExitCode, 0, 'it stops gracefully');
  },
);

/** The files that git has, without those that .dockerignore excludes. */
async function buildContext(): Promise<BuildFile[]> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  const ignored = (await readFile(`${root}/.dockerignore`, 'utf8')).split('\n').filter(Boolean);
  const paths = stdout
    .split('\0')
    .filter((path) => path && !ignored.some((entry) => path === entry || path.startsWith(`${entry}/`)));
  const files = await Promise.all(
    paths.map(async (path) => {
      const file = await stat(`${root}/${path}`);
      if (file.isDirectory()) return filesOfLink(path, paths);
      return [await readBuildFile(path, path)];
    }),
  );
  return files.flat();
}

/** The contents of a linked folder, at the path of the link. */
async function filesOfLink(link: string, paths: readonly string[]): Promise<BuildFile[]> {
  const target = relative(await realpath(root), await realpath(`${root}/${link}`));
  const inside = paths.filter((path) => path.startsWith(`${target}/`));
  return Promise.all(inside.map((path) => readBuildFile(path, link + path.slice(target.length))));
}

async function readBuildFile(from: string, path: string): Promise<BuildFile> {
  const { mode } = await stat(`${root}/${from}`);
  return { path, content: await readFile(`${root}/${from}`), executable: (mode & 0o100) !== 0 };
}

/** As in docker-compose.yml: the socket's group, the host's user namespace, no capabilities. */
async function startContainer(docker: Dockerode, image: string, data: string) {
  const socket = host.replace('unix://', '');
  const { gid } = await stat(socket);
  const container = await docker.createContainer({
    Image: image,
    Env: [
      `BERTH_ADMIN_TOKEN=${TOKEN}`,
      'BERTH_REGISTRY=off',
      'DOCKER_HOST=unix:///var/run/docker.sock',
      // Services of parallel tests share one engine.
      `BERTH_SUBNET_POOL=10.${randomInt(100, 230)}.${randomInt(0, 16) * 16}.0/20`,
    ],
    Labels: { 'berth.test': 'packaging' },
    ExposedPorts: { '8080/tcp': {} },
    HostConfig: {
      Init: true,
      UsernsMode: 'host',
      GroupAdd: [String(gid)],
      // An engine that remaps users shows a volume's owner incorrectly in the host's namespace, but not a folder's.
      Binds: [`${socket}:/var/run/docker.sock`, `${data}:/data`],
      PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }] },
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
    },
  });
  await container.start();
  return container;
}

/** Sends operations as the admin whose token the container has. */
function createGraphql(url: string): BerthProcess['graphql'] {
  return async (query, variables) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: unknown; errors?: object[] };
    if (errors) throw new GraphqlRefusal(errors as GraphqlRefusal['errors']);
    return data as never;
  };
}

async function addressIn(graphql: BerthProcess['graphql'], session: string): Promise<string> {
  const query = 'query ($id: ID!) { session(id: $id) { machines { address } } }';
  const answer = await graphql<{ session: { machines: [{ address: string }] } }>(query, { id: session });
  return answer.session.machines[0].address;
}

/** The engine's objects of an environment. */
async function partsOf(docker: Dockerode, environment: string) {
  const filters = labelFilter({ [LABEL.environment]: environment });
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  const images = await docker.listImages({ filters });
  return [
    ...containers.map(
      ({ Id }) =>
        () =>
          docker.getContainer(Id).remove({ force: true, v: true }),
    ),
    ...networks.map(
      ({ Id }) =>
        () =>
          docker.getNetwork(Id).remove(),
    ),
    ...images.map(
      ({ Id }) =>
        () =>
          docker.getImage(Id).remove({ force: true }),
    ),
  ];
}

/** Only a failed test leaves anything. */
async function removeParts(docker: Dockerode, environment: string): Promise<void> {
  for (const remove of await partsOf(docker, environment)) await remove();
}

async function addressOf(container: Dockerode.Container): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  const [binding] = NetworkSettings.Ports['8080/tcp'] ?? [];
  return `http://127.0.0.1:${binding?.HostPort}`;
}

async function logsOf(container: Dockerode.Container): Promise<string> {
  return (await container.logs({ stdout: true, stderr: true })).toString();
}

/** Waits up to a minute for `done`. */
async function until(done: () => Promise<boolean>, otherwise: () => Promise<string>): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    // A port that the engine forwards before anything listens there lets a request hang forever.
    const answer = await Promise.race([done().catch(() => false), sleep(ANSWER_LIMIT_MS, false)]);
    if (answer) return;
    await sleep(500);
  }
  throw new Error(await otherwise());
}
