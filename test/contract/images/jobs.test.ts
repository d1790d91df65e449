import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { EngineImages, ImagePullOptions } from '../../../src/engine/engine-images.ts';
import { fault } from '../../../src/core/errors.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { newId } from '../../../src/core/ids.ts';
import { newOwner } from '../../../src/infra/leases/process-owner.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { createImageWorld } from '../../kit/service/image-world.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';

interface Pull {
  name: string;
  options: ImagePullOptions;
  end(): void;
  fail(error: Error): void;
}

/** An engine whose pulls last until the test ends them, which a real one cannot do. */
function heldEngine() {
  const pulls: Pull[] = [];
  const pull: EngineImages['pull'] = (name, options) =>
    new Promise((resolve, reject) => {
      const end = () => resolve({ id: `sha256:${name}`, formerId: undefined });
      pulls.push({ name, options, end, fail: reject });
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
    });
  return { pulls, engine: { pull } as EngineImages };
}

async function open(t: Test, database: Database) {
  const held = heldEngine();
  const clock = createFakeClock();
  const events = createMemoryBus({ log: quietLog() });
  const reported: number[] = [];
  events.listen('job.changed', ({ version }) => void reported.push(version));
  const world = await createImageWorld(t, database, { clock, events, engine: held.engine });
  return { ...world, ...held, clock, reported };
}

await eachDatabase(t, 'a few jobs run, and the others wait in a queue', async (t, database) => {
  const { service, jobs, pulls, ended, clock } = await open(t, database);
  const started = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    started.push(await service.pull(system, name));
    clock.jump(1);
  }
  await until(() => pulls.length === 3);
  const states = async () => {
    const { items } = await jobs.list(system, {}, { first: 10 });
    return items.map(({ node }) => [node.subject, node.state].join(' ')).toReversed();
  };
  const running = ['a:latest running', 'b:latest running', 'c:latest running'];
  await until(async () => (await states()).filter((state) => state.endsWith('running')).length === 3);
  t.same(await states(), [...running, 'd:latest queued', 'e:latest queued']);

  const [, , , d, e] = started;
  await jobs.cancel(system, d?.id ?? '');
  t.equal((await ended(d!)).state, 'cancelled', 'a waiting job is cancelled immediately');
  pulls[0]?.end();
  await until(() => pulls.length === 4);
  t.equal(pulls[3]?.name, 'e:latest');
  for (const pull of pulls) pull.end();
  t.equal((await ended(e!)).state, 'succeeded');
  const only = await jobs.list(system, { kind: 'pull', states: ['cancelled', 'failed'] }, { first: 10 });
  t.same(
    only.items.map(({ node }) => node.subject),
    ['d:latest'],
  );
  const page = await jobs.list(system, {}, { first: 2 });
  t.equal(page.hasNextPage, true);
  const next = await jobs.list(system, {}, { first: 10, after: page.items.at(-1)?.cursor });
  t.equal(next.items.length, 3);
});

await eachDatabase(
  t,
  'progress is reported at intervals, and the last report always arrives',
  async (t, database) => {
    const { service, jobs, pulls, ended, clock, reported } = await open(t, database);
    const { id } = await service.pull(system, 'a');
    await until(() => pulls.length === 1);
    const layer = (current: number) => ({ id: 'l', phase: 'downloading' as const, current, total: 1000 });
    for (let current = 1; current <= 500; current++) pulls[0]?.options.onLayers([layer(current)]);
    const seen = async () => (await jobs.get(system, id)).progress.layers?.[0]?.current;
    await clock.advance(600);
    await until(async () => (await seen()) === 500);
    const { version } = await jobs.get(system, id);
    t.ok(version < 8, `${version} changes for 500 reports`);
    pulls[0]?.options.onLayers([layer(900)]);
    pulls[0]?.fail(fault('DISK_FULL', { where: 'the container engine' }));
    const job = await ended({ id });
    t.match(job, { state: 'failed', reason: { code: 'DISK_FULL', message: /disk of the container engine/ } });
    t.equal(job.progress.layers?.[0]?.current, 900);
    await until(() => reported.at(-1) === job.version);
    t.same(
      reported,
      reported.toSorted((a, b) => a - b),
    );
  },
);

await eachDatabase(
  t,
  'an unexpected error is reported as INTERNAL, with its cause in the log',
  async (t, database) => {
    const { service, pulls, ended, log } = await open(t, database);
    const job = await service.pull(system, 'a');
    await until(() => pulls.length === 1);
    pulls[0]?.fail(new Error('a bug'));
    t.match(await ended(job), { state: 'failed', reason: { code: 'INTERNAL' } });
    t.ok(log.messages().includes('error: a job failed'));
  },
);

await eachDatabase(t, 'a stop ends running jobs as interrupted', async (t, database) => {
  const { service, jobs, pulls, stop } = await open(t, database);
  const all = [];
  for (const name of ['a', 'b', 'c', 'd']) all.push(await service.pull(system, name));
  await until(() => pulls.length === 3);
  await stop();
  for (const { id } of all) {
    t.match(await jobs.get(system, id), {
      state: 'failed',
      reason: { code: 'JOB_INTERRUPTED' },
      finishedAt: Date,
    });
  }
  await t.rejects(service.pull(system, 'e'), { code: 'SHUTTING_DOWN' });
  t.equal(await database.client.job.count({ where: { activeKey: { not: null } } }), 0);
});

await eachDatabase(
  t,
  'the job of an ended process is ended, that of a running one is not',
  async (t, database) => {
    const { service, jobs, pulls, recover, clock, ended, neighbour } = await open(t, database);
    const living = await service.pull(system, 'living');
    await until(() => pulls.length === 1);
    const dead = spawn('true');
    await once(dead, 'exit');
    const [space, , ...rest] = newOwner().split('/');
    const put = async (subject: string, heldBy: string) => {
      const id = newId(clock.now());
      const heldUntil = new Date(clock.now().getTime() + 15_000);
      const now = clock.now();
      const data = { id, kind: 'pull', subject, state: 'running', startedById: 'x', createdAt: now } as const;
      await database.client.job.create({
        data: { ...data, activeKey: `pull:${subject}`, heldBy, heldUntil },
      });
      return { id };
    };
    const died = await put('died:latest', [space, dead.pid, ...rest].join('/'));
    const elsewhere = await put('elsewhere:latest', 'elsewhere/1/x/y');

    t.equal(await neighbour().recover(), 1);
    t.match(await jobs.get(system, died.id), { state: 'failed', reason: { code: 'JOB_INTERRUPTED' } });
    t.equal(
      (await jobs.get(system, elsewhere.id)).state,
      'running',
      "the state of another host's process is still unknown",
    );
    t.equal((await service.pull(system, 'elsewhere')).id, elsewhere.id);
    for (let second = 0; second < 16; second++) {
      await clock.advance(1_000);
      // Meanwhile, the running process renews its lease.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const again = await service.pull(system, 'elsewhere');
    t.not(again.id, elsewhere.id, 'its lease has expired, so the caller gets a new job');
    t.equal((await jobs.get(system, elsewhere.id)).state, 'failed');
    t.equal(await recover(), 0);
    t.equal((await jobs.get(system, living.id)).state, 'running');
    await until(() => pulls.length === 2);
    for (const pull of pulls) pull.end();
    t.equal((await ended(living)).state, 'succeeded');
  },
);

await eachDatabase(t, 'a job that another process adopted ends here', async (t, database) => {
  const { service, jobs, pulls, clock } = await open(t, database);
  const { id } = await service.pull(system, 'taken');
  await until(() => pulls.length === 1);
  await database.client.job.updateMany({ data: { heldBy: 'elsewhere/1/x/y' } });
  await until(async () => {
    await clock.advance(1_000);
    return pulls[0]?.options.signal?.aborted === true;
  });
  t.match(
    await jobs.get(system, id),
    { state: 'running', finishedAt: undefined },
    'only the new owner ends it',
  );
});

await eachDatabase(t, 'only the newest jobs and the running ones are kept', async (t, database) => {
  const { service, pulls, recover, ended } = await open(t, database);
  const kept = await service.pull(system, 'kept');
  await until(() => pulls.length === 1);
  const createdAt = new Date();
  const rows = Array.from({ length: 230 }, (_, index) => ({
    id: newId(new Date(Date.UTC(2031, 0, 1) + index)),
    kind: 'prune' as const,
    subject: 'x',
    state: 'succeeded' as const,
    startedById: 'x',
    createdAt,
    finishedAt: createdAt,
  }));
  await database.client.job.createMany({ data: rows });
  await recover();
  t.equal(await database.client.job.count(), 201);
  pulls[0]?.end();
  t.equal((await ended(kept)).state, 'succeeded');
  await recover();
  t.equal(await database.client.job.count(), 200);
});
