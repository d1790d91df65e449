import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { createClient } from 'graphql-ws';
import { pack as createPack } from 'tar-stream';
import { test } from 'tap';
import { WebSocket } from 'ws';
import type { Job } from '../../../src/domains/images/jobs/job.ts';
import { startBerth } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { buildSpec, openImages, ownName } from '../../kit/engine/engine-images.ts';
import { MACHINE_IMAGE } from '../../kit/engine/engines.ts';
import { labsFolder } from '../../kit/labs/lab-folders.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { REGISTRY_USER, startRegistry } from '../../kit/engine/registry.ts';
import { openSlowProxy } from '../../kit/proxy/slow-proxy.ts';
import { until } from '../../kit/basics/until.ts';

interface SeenJob {
  id: string;
  state: string;
  log: string;
  reason: { code: string; message: string } | null;
  progress: {
    percent: number | null;
    layers: { phase: string }[];
    removed: string[];
    imageId: string | null;
  };
}

const JOB =
  'id kind subject state log reason { code message } progress { percent layers { id phase current total } removed imageId step steps removedBytes } startedBy { id name }';

/** Watches the job to its end, which also ends the subscription. */
async function follow(berth: BerthProcess, id: string): Promise<SeenJob[]> {
  const socket = createClient({
    url: `${berth.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: berth.adminToken },
  });
  const seen: SeenJob[] = [];
  const query = `subscription ($id: ID!) { jobChanged(id: $id) { ${JOB} } }`;
  for await (const { data } of socket.iterate<{ jobChanged: SeenJob }>({ query, variables: { id } })) {
    if (data) seen.push(data.jobChanged);
  }
  await socket.dispose();
  return seen;
}

async function start(berth: BerthProcess, mutation: string, input?: object): Promise<string> {
  const given = input === undefined ? '' : `(input: ${JSON.stringify(input).replaceAll(/"(\w+)":/g, '$1:')})`;
  const data = await berth.graphql<Record<string, { job: { id: string } }>>(
    `mutation { ${mutation}${given} { job { id } } }`,
  );
  return data[mutation]?.job.id ?? '';
}

async function tarOf(dockerfile: string, data: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  const pack = createPack();
  pack.entry({ name: 'data' }, data);
  pack.entry({ name: 'Dockerfile' }, dockerfile);
  pack.finalize();
  return buffer(Readable.from(pack, { objectMode: false }));
}

const dockerfile = () => `FROM scratch\nLABEL mark=${randomBytes(8).toString('hex')}\n`;

await test('an admin stores credentials, pulls and prunes, and a lab of that registry starts', async (t) => {
  const registry = await startRegistry(t, { locked: true });
  const images = openImages(t);
  const built = await images.build(
    buildSpec(`FROM ${MACHINE_IMAGE}\nLABEL mark=${randomBytes(8).toString('hex')}\n`),
  );
  const { reference } = await registry.pushCopy(built, 'machine:1');
  t.equal(await images.find(built), undefined);
  const tools = await registry.push('tools:1');
  const labs = await labsFolder(t, {
    remote: { 'lab.yaml': `title: Remote\nmachines: [{ name: main, image: "${reference}" }]\n` },
  });
  t.teardown(() => images.remove(reference));
  const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
  const learner = learnerAt(berth, 'remote');

  const refused = await learner.reach(await learner.start(), 'READY', 'FAILED');
  t.match(refused, {
    state: 'FAILED',
    reason: { code: 'REGISTRY_DENIED', message: /no basic auth credentials/ },
  });
  const { username, password } = REGISTRY_USER;
  const credential = await berth.graphql(
    'mutation ($input: SetRegistryCredentialInput!) { setRegistryCredential(input: $input) { credential { registry username } } }',
    { input: { registry: registry.address, username, password } },
  );
  t.match(credential, { setRegistryCredential: { credential: { registry: registry.address, username } } });
  const session = await learner.start();
  t.match(await learner.reach(session, 'READY', 'FAILED'), { state: 'READY', reason: null });

  const seen = await follow(berth, await start(berth, 'pullImage', { image: tools.reference }));
  t.match(seen.at(-1), {
    state: 'SUCCEEDED',
    kind: 'PULL',
    subject: tools.reference,
    startedBy: { name: String },
    log: /^Pulling /,
    progress: { percent: 100, layers: [{ phase: 'DONE' }], imageId: /^sha256:/ },
  });
  const listed = await berth.graphql<{ images: { edges: { node: { id: string; names: string[] } }[] } }>(
    '{ images(first: 100) { edges { node { id engineId names digests sizeBytes createdAt origin machines foreignContainers pinned pinnedBy prunable labs { slug } } } } imageFolders { name image } }',
  );
  const found = (name: string) => listed.images.edges.find(({ node }) => node.names.includes(name))?.node;
  t.match(found(reference), { origin: 'PULLED', machines: 1, prunable: false, labs: [{ slug: 'remote' }] });
  t.match(found(tools.reference), { origin: 'PULLED', machines: 0, prunable: true });
  t.match(listed, { imageFolders: [{ name: 'checker' }] });
  const node = await berth.graphql('query ($id: ID!) { node(id: $id) { id ... on Image { names } } }', {
    id: found(reference)?.id,
  });
  t.match(node, { node: { names: [reference] } });

  const pruned = (await follow(berth, await start(berth, 'pruneImages'))).at(-1);
  t.match(pruned, { state: 'SUCCEEDED', progress: { removed: [tools.reference] } });
  t.equal(await images.find(tools.reference), undefined);
  t.ok(await images.find(reference));
  t.notMatch(berth.output(), password);
});

await test('an upload is built over REST, and errors are problems', async (t) => {
  const berth = await startBerth(t, { BERTH_BUILD_CONTEXT_MIB: '1' });
  const images = openImages(t);
  const name = ownName(t, images);

  async function post(
    body: Uint8Array<ArrayBuffer> | string | undefined,
    { query = `?name=${name}`, type = 'application/x-tar', token = berth.adminToken } = {},
  ): Promise<Response> {
    return fetch(`${berth.url}/api/v1/images/builds${query}`, {
      method: 'POST',
      headers: { ...(body && { 'content-type': type }), ...(token && { authorization: `Bearer ${token}` }) },
      ...(body && { body }),
    });
  }

  for (const [type, pack] of [
    ['application/x-tar', (tar: Buffer) => tar],
    ['application/gzip', gzipSync],
  ] as const) {
    const answer = await post(Uint8Array.from(pack(await tarOf(dockerfile()))), { type });
    t.equal(answer.status, 202);
    const started = (await answer.json()) as Job;
    t.match(started, { kind: 'build', subject: name });
    const place = answer.headers.get('location') ?? '';
    t.equal(place, `/api/v1/jobs/${started.id}`);
    const headers = { authorization: `Bearer ${berth.adminToken}` };
    const see = async () => (await (await fetch(berth.url + place, { headers })).json()) as Job;
    await until(async () => (await see()).finishedAt !== undefined);
    t.match(await see(), {
      state: 'succeeded',
      log: /^Step 1\/2 : FROM scratch/,
      progress: { percent: 100 },
    });
    t.equal((await fetch(berth.url + place)).status, 401);
  }
  t.ok(await images.find(name));

  const problem = async (answer: Response) => {
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    return ((await answer.json()) as { status: number; code: string }).code;
  };
  const tar = Uint8Array.from(await tarOf(dockerfile()));
  t.equal(await problem(await post(tar, { token: '' })), 'UNAUTHENTICATED');
  t.equal(await problem(await post(tar, { query: '' })), 'INPUT_INVALID');
  t.equal(await problem(await post(tar, { query: '?name=A' })), 'INPUT_INVALID');
  t.equal(await problem(await post(tar, { query: '?name=berth/lab-linux' })), 'INPUT_INVALID');
  t.equal(await problem(await post('{}', { type: 'application/json' })), 'MEDIA_TYPE_UNSUPPORTED');
  t.equal(await problem(await post(undefined)), 'MEDIA_TYPE_UNSUPPORTED');
  t.equal(
    await problem(
      await fetch(`${berth.url}/api/v1/jobs/none`, {
        headers: { authorization: `Bearer ${berth.adminToken}` },
      }),
    ),
    'NOT_FOUND',
  );

  const large = await sendLarge(berth, name, 3 * 1024 * 1024);
  t.match(large, { status: 413, body: { code: 'BODY_TOO_LARGE', details: { limit: 1024 * 1024 } } });
  t.equal((await follow(berth, await start(berth, 'pruneImages'))).at(-1)?.progress.removed.length, 2);
});

await test('a service that dies during a pull reports it after its restart', async (t) => {
  const registry = await startRegistry(t);
  const proxy = await openSlowProxy(t, registry.port, 1024 * 1024);
  await registry.push('large:1', [randomBytes(30 * 1024 * 1024)]);
  const image = `127.0.0.1:${proxy.port}/large:1`;
  const berth = await startBerth(t);
  const images = openImages(t);
  const see = async (id: string) =>
    (await berth.graphql<{ job: SeenJob }>(`query ($id: ID!) { job(id: $id) { ${JOB} } }`, { id })).job;

  const id = await start(berth, 'pullImage', { image });
  await until(async () => (await see(id)).state === 'RUNNING');
  await berth.kill();
  await berth.start();
  await until(async () => (await see(id)).state === 'FAILED');
  t.match((await see(id)).reason, { code: 'JOB_INTERRUPTED' });

  const second = await start(berth, 'pullImage', { image });
  await until(async () => (await see(second)).state === 'RUNNING');
  await berth.graphql('mutation ($id: ID!) { cancelJob(input: { job: $id }) { job { state } } }', {
    id: second,
  });
  t.equal((await follow(berth, second)).at(-1)?.state, 'CANCELLED');

  const third = await start(berth, 'pullImage', { image });
  await until(async () => (await see(third)).state === 'RUNNING');
  t.equal(await berth.stop(), 0, 'it does not wait for the pull');
  await berth.start();
  t.match(await see(third), { state: 'FAILED', reason: { code: 'JOB_INTERRUPTED' } });
  t.equal(await images.find(image), undefined);
});

await test('leftovers of the build of a dead service are pruned by the next', async (t) => {
  const berth = await startBerth(t);
  const images = openImages(t);
  const name = ownName(t, images);
  const mark = randomBytes(8).toString('hex');
  const tar = await tarOf(`FROM ${MACHINE_IMAGE}\nLABEL mark=${mark}\nRUN echo started && sleep 1000\n`);
  const answer = await fetch(`${berth.url}/api/v1/images/builds?name=${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar', authorization: `Bearer ${berth.adminToken}` },
    body: Uint8Array.from(tar),
  });
  const place = answer.headers.get('location') ?? '';
  const see = async () => {
    const headers = { authorization: `Bearer ${berth.adminToken}` };
    return (await (await fetch(berth.url + place, { headers })).json()) as Job & { log: string };
  };
  await until(async () => (await see()).log.includes('\nstarted\n'));
  await berth.kill();
  const marked = async () => {
    const nameless = (await images.list()).filter(({ names }) => names.length === 0);
    const found = await Promise.all(nameless.map(async ({ id }) => images.find(id)));
    return found.find((image) => image?.labels['mark'] === mark);
  };
  t.ok(await marked(), 'its steps have created an image');
  await berth.start();
  await until(async () => (await see()).state === 'failed');
  t.match(await see(), { reason: { code: 'JOB_INTERRUPTED' } });
  // The engine stops the running step in its own time.
  await until(async () => {
    await follow(berth, await start(berth, 'pruneImages'));
    return (await marked()) === undefined;
  });
  t.equal(await images.find(name), undefined);
});

/** Sends a tar with a file of this many bytes in chunked encoding, until the server stops reading. */
async function sendLarge(berth: BerthProcess, name: string, bytes: number) {
  const sent = request(`${berth.url}/api/v1/images/builds?name=${name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-tar',
      'transfer-encoding': 'chunked',
      authorization: `Bearer ${berth.adminToken}`,
    },
  });
  // The answer may arrive, and the connection end, before everything was sent.
  sent.on('error', () => undefined);
  sent.end(await tarOf(dockerfile(), randomBytes(bytes)));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body: unknown = JSON.parse((await buffer(answer)).toString());
  sent.destroy();
  return { status: answer.statusCode, body };
}
