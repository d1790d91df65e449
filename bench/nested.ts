import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { machineConfig } from '../src/engine/docker/environments/machine-config.ts';
import { waitForEngine } from '../src/engine/docker/nested/engine-socket.ts';
import { networkConfig, networkName } from '../src/engine/docker/networks/network.ts';
import { mount } from '../src/engine/docker/storage/volume-helper.ts';
import { nestedSpec } from '../test/kit/engine/nested.ts';
import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';

/** A lab whose machine has its own engine. */
export const NESTED_LAB = 'docker-engine';
/** Prewarmed environments at each warm start. */
export const NESTED_READY = 2;

/** Alternating starts of each kind. */
const ROUNDS = 7;
/** Number of learners in a class. */
const CLASS = 20;
const RAW_SUBNETS = '10.97';
const NETWORK = 'lab';
const MIB = 1024 ** 2;

/** Measures the milliseconds from the request for a lab until its engine is ready, without prewarmed environments. */
export function measureNestedCold(context: BenchContext): Promise<Figure> {
  return measureStarts(context, async () => undefined);
}

/** Like {@link measureNestedCold}, with prewarmed environments. */
export function measureNestedWarm(context: BenchContext): Promise<Figure> {
  return measureStarts(context, () => context.whenReady(NESTED_READY));
}

/** Measures the milliseconds from the simultaneous starts of a class until the last engine is ready. */
export async function measureNestedClass(context: BenchContext): Promise<Figure> {
  const learners = await Promise.all(Array.from({ length: CLASS }, () => context.newLearner()));
  const ours = await timed(() => Promise.all(learners.map((learner) => context.startLab(learner))));
  await Promise.all(ours.result.map((session) => context.endSession(session)));
  await context.drain();
  const raw = await timed(() => Promise.all(learners.map((_, place) => startRaw(context.docker, place))));
  await Promise.all(raw.result.map(({ end }) => end()));
  return { ours: ours.time, raw: raw.time, ratio: ours.time / raw.time };
}

/** Measures the memory of an idle engine, in mebibytes. */
export async function measureNestedIdle(context: BenchContext): Promise<Figure> {
  const session = await context.startSession();
  const ours = await settledMemory(await context.containerOf(session));
  await context.endSession(session);
  const raw = await startRaw(context.docker, 0);
  const rawMemory = await settledMemory(raw.container);
  await raw.end();
  return { ours: ours / MIB, raw: rawMemory / MIB, ratio: ours / rawMemory };
}

async function measureStarts(context: BenchContext, prepare: () => Promise<void>): Promise<Figure> {
  const learner = await context.newLearner();
  const times = { ours: [] as number[], raw: [] as number[] };
  // The first of each is not counted: it fills the caches that all share.
  for (let round = 0; round <= ROUNDS; round++) {
    await prepare();
    const ours = await timed(() => context.startLab(learner));
    await context.endSession(ours.result);
    const raw = await timed(() => startRaw(context.docker, round));
    await raw.result.end();
    if (round === 0) continue;
    times.ours.push(ours.time);
    times.raw.push(raw.time);
  }
  const figure = { ours: median(times.ours), raw: median(times.raw) };
  return { ...figure, ratio: figure.ours / figure.raw };
}

async function timed<T>(work: () => Promise<T>): Promise<{ time: number; result: T }> {
  const startedAt = performance.now();
  const result = await work();
  return { time: performance.now() - startedAt, result };
}

/** Returns the memory of a container's processes once it stops falling, without the page cache. */
async function settledMemory(container: Docker.Container): Promise<number> {
  let before = Infinity;
  for (;;) {
    const { memory_stats: memory } = (await container.stats({ stream: false })) as {
      memory_stats: { usage: number; stats: { total_inactive_file?: number; inactive_file?: number } };
    };
    const now = memory.usage - (memory.stats.total_inactive_file ?? memory.stats.inactive_file ?? 0);
    if (now > before * 0.99) return now;
    before = now;
  }
}

/** Creates the network, volume and machine with a plain client and waits for the machine's engine. */
async function startRaw(docker: Docker, place: number) {
  const id = `bench-${randomUUID()}`;
  const subnet = `${RAW_SUBNETS}.${place}.0/28`;
  const Labels = { 'berth.bench': id };
  const environment = { installation: 'bench', environmentId: id, name: NETWORK, subnet, internet: false };
  const network = await docker.createNetwork({ ...networkConfig(environment), Labels });
  await docker.createVolume({ Name: id, Labels });
  const spec = nestedSpec();
  const container = await docker.createContainer(
    machineConfig(spec, {
      containerName: id,
      endpoints: [{ network: networkName(id, NETWORK), address: `${RAW_SUBNETS}.${place}.2` }],
      mounts: spec.volumes.map(({ path }) => mount(id, path, { copyUp: true })),
      labels: Labels,
      nameServers: [],
      userMapping: { remapsUsers: true, firstGroup: undefined },
    }),
  );
  await container.start();
  await waitForEngine(container, { machine: spec.name });
  return {
    container,
    async end() {
      await container.remove({ force: true, v: true });
      await Promise.all([network.remove(), docker.getVolume(id).remove()]);
    },
  };
}
