import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { machineConfig } from '../src/engine/docker/machine-config.ts';
import { networkConfig, networkName } from '../src/engine/docker/network.ts';
import { TerminalClient } from '../test/support/terminal-client.ts';
import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { openRawShell } from './raw-docker.ts';

/** Starts of each kind, in turn. */
const ROUNDS = 11;
/** What the shell's prompt ends with. */
const PROMPT = '$ ';
/** A network that no service takes, for the plain client; its place changes each round. */
const RAW_SUBNETS = '10.99';
const RAW_SUBNET_COUNT = 200;
const NETWORK = 'lab';

/**
 * Milliseconds from asking for a lab to the first prompt: through the whole service, and by the
 * plain client that makes the same network and container and runs the same shell.
 */
export async function measureColdStart(context: BenchContext): Promise<Figure> {
  const learner = await context.newLearner();
  const times = { ours: [] as number[], raw: [] as number[] };
  // The first of each is not counted: it loads what all later ones share.
  for (let round = 0; round <= ROUNDS; round++) {
    const pair = round % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const);
    for (const which of pair) {
      const time = await (which === 'ours' ? startOurs(context, learner) : startRaw(context.docker, round));
      if (round > 0) times[which].push(time);
    }
  }
  const figure = { ours: median(times.ours), raw: median(times.raw) };
  return { ...figure, ratio: figure.ours / figure.raw };
}

async function startOurs(context: BenchContext, token: string): Promise<number> {
  const begun = performance.now();
  const session = await context.startLab(token);
  const terminal = TerminalClient.connect(await context.openTerminal(session));
  await terminal.expect(PROMPT, 60_000);
  const time = performance.now() - begun;
  await terminal.close();
  await context.endSession(session);
  return time;
}

async function startRaw(docker: Docker, round: number): Promise<number> {
  const id = `bench-${randomUUID()}`;
  const subnet = `${RAW_SUBNETS}.${round % RAW_SUBNET_COUNT}.0/28`;
  const labels = { 'berth.bench': id };
  const environment = { installation: 'bench', environmentId: id, name: NETWORK, subnet, internet: false };
  const begun = performance.now();
  const network = await docker.createNetwork({ ...networkConfig(environment), Labels: labels });
  const container = await docker.createContainer(
    machineConfig(
      {
        name: 'main',
        image: 'berth/lab-linux:latest',
        networks: [NETWORK],
        volumes: [],
        profile: 'standard',
        environment: {},
        limits: { memoryBytes: 256 * 1024 * 1024, cpus: 0.5, pids: 256, logBytes: 1024 * 1024 },
      },
      {
        containerName: id,
        endpoints: [
          { network: networkName(id, NETWORK), address: `${RAW_SUBNETS}.${round % RAW_SUBNET_COUNT}.2` },
        ],
        mounts: [],
        labels,
        nameServers: [],
      },
    ),
  );
  await container.start();
  const shell = await openRawShell(container);
  await new Promise<void>((resolve) => {
    let text = '';
    shell.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(PROMPT)) resolve();
    });
  });
  const time = performance.now() - begun;
  shell.destroy();
  await container.remove({ force: true });
  await network.remove();
  return time;
}
