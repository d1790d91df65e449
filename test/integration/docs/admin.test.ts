import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { startBerthWithRegistry, endOf, listed } from '../../kit/service/berth-with-registry.ts';
import { examplesOf, runExample } from '../../kit/service/doc-examples.ts';
import { openImages, ownName } from '../../kit/engine/engine-images.ts';
import { smallLab, writeLab } from '../../kit/labs/lab-folders.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { markImage } from '../../kit/labs/pins.ts';
import { startRegistry } from '../../kit/engine/registry.ts';

/** The first build of the registry's image takes a while. */
t.setTimeout(300_000);

type StartedJobs = Record<string, { job?: { id: string }; source?: { id: string } } | undefined>;

const run = promisify(execFile);

await t.test('a service does what the page for admins says, in order', async (t) => {
  const { berth, installation } = await startBerthWithRegistry(t);
  const images = openImages(t);
  const registry = await startRegistry(t);
  const { reference } = await registry.push('tools:1');
  t.teardown(() => images.remove(reference));
  const mirrored = ownName(t, images);
  await markImage(images, mirrored, 'kept');
  const learner = learnerAt(berth);
  const session = await learner.start();
  await learner.reach(session, 'READY');
  await listed(berth);

  const names = { 'debian:trixie': reference, 'ubuntu:24.04': mirrored, '"…"': `"${session}"` };
  const variables = { id: '' };
  const answers: Record<string, unknown> = {};
  for (const query of await examplesOf('admin.md', 'graphql', names)) {
    const answer = await runExample<StartedJobs>(berth, query, {
      variables: query.includes('$id') ? variables : {},
      isLast: ({ jobChanged }) => jobChanged === undefined,
    });
    for (const [field, value] of Object.entries(answer ?? {})) {
      answers[field] = value;
      if (value?.source) variables.id = value.source.id;
      if (!value?.job) continue;
      variables.id = value.job.id;
      // The first job is watched as the page says.
      if (field !== 'pullImage') answers[field] = await endOf(berth, variables.id);
    }
  }
  const succeeded = { state: 'SUCCEEDED', reason: null };
  t.match(answers, {
    addLabSource: { source: { state: 'WAITING' } },
    labSources: [{ name: 'Computer science', problems: [] }],
    checkLabSource: { source: { state: String } },
    images: { edges: [{ node: { sizeBytes: Number } }] },
    jobChanged: { ...succeeded, progress: { percent: 100 } },
    setRegistryCredential: { credential: { registry: 'registry.example.org:5000', username: 'berth' } },
    buildImage: succeeded,
    removeImage: { removed: reference },
    pruneImages: succeeded,
    warmPools: Array,
    drainWarmPool: { removed: Number },
    sessions: { edges: [{ node: { id: session, machines: [{ address: /^10\./, filesUrl: String }] } }] },
    savedStates: { edges: [] },
    localRegistry: { address: /^127\.0\.0\.1:\d+$/ },
    mirrorImage: succeeded,
    removeRegistryImage: { removed: true },
    sessionChanged: { state: 'READY', queue: null },
    engineCapacity: { memory: { usedBytes: Number }, networks: { used: Number } },
    setQuota: { quota: { sessions: 10 } },
    quotas: [{ collection: 'docker-basics', memoryBytes: 12 * 1024 ** 3 }, { lab: 'linux-command-line' }],
    removeQuota: { removed: true },
    recordCollection: { collections: [{ collection: 'docker', setBy: { name: String } }] },
    recordings: { edges: [] },
  });
  t.equal(Object.keys(answers).length, 24, 'every operation of the page is tested');

  const built = ownName(t, images);
  const folder = t.testdir();
  await mkdir(join(folder, 'my-image'));
  await writeFile(join(folder, 'my-image', 'Dockerfile'), `FROM scratch\nLABEL mark=${installation}\n`);
  const own = {
    'http://127.0.0.1:8080': berth.url,
    'my-image:1': built,
    'jobs/…': 'jobs/"$(cat job)"',
  };
  const upload = (await examplesOf('admin.md', 'sh', own)).find((code) => code.includes('images/builds'));
  const [post = '', look = ''] = upload?.split(/\n(?=curl)/) ?? [];
  const script = `${post.trimEnd()} >answer\nsed 's/.*"id":"\\([^"]*\\)".*/\\1/' answer >job\n${look}`;
  const env = { ...process.env, BERTH_TOKEN: berth.adminToken };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env,
  });
  t.match(stdout, `"subject":"${built}"`);

  const looked = (await examplesOf('admin.md', 'sh', own)).find((code) => code.includes('as=tar'));
  const { sessions } = answers as { sessions: { edges: { node: { machines: { filesUrl: string }[] } }[] } };
  const FILES = sessions.edges[0]?.node.machines[0]?.filesUrl ?? '';
  t.match(
    (await run('bash', ['-euo', 'pipefail', '-c', looked ?? ''], { env: { ...env, FILES } })).stdout,
    /home\/learner/,
  );

  await writeLab(join(folder, 'labs'), 'first-steps', smallLab('First steps'));
  const put = (await examplesOf('admin.md', 'sh', own)).find((code) => code.includes('api/v1/labs/'));
  t.match(
    (await run('bash', ['-euo', 'pipefail', '-c', put ?? ''], { cwd: folder, env })).stdout,
    '"slug":"first-steps"',
  );

  const collect = { 'berth-registry-.*-writer': `berth-registry-${installation}-writer` };
  const commands = await examplesOf('admin.md', 'sh', collect);
  const garbage = commands.find((code) => code.includes('garbage-collect')) ?? '';
  t.match(
    (await run('bash', ['-euc', garbage])).stdout,
    /, [1-9]\d* blobs and \d+ manifests eligible for deletion/,
  );
});
