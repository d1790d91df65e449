import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { machineConfig } from '../src/engine/docker/environments/machine-config.ts';
import { networkConfig, networkName } from '../src/engine/docker/networks/network.ts';
import { TerminalClient } from '../test/kit/terminals/terminal-client.ts';
import type { BenchContext } from './context.ts';
import { openRawShell } from './raw-docker.ts';

/** The end of the shell's prompt. */
const PROMPT = '$ ';
/** Longest wait for a prompt, in milliseconds. */
const PROMPT_LIMIT_MS = 60_000;
/** Subnets for the plain client, which no service uses. Each start takes the next one. */
const RAW_SUBNETS = '10.99';
const RAW_SUBNET_COUNT = 200;
const NETWORK = 'lab';

/** A shell at its first prompt. */
export interface Started {
  /** Milliseconds since the request. */
  time: number;
  /** Removes everything that was created. */
  end(): Promise<void>;
}

/** Starts the lab for a learner through the service, as a browser does. */
export async function startOurs(context: BenchContext, token: string): Promise<Started> {
  const startedAt = performance.now();
  const session = await context.startLab(token);
  const terminal = TerminalClient.connect(await context.openTerminal(session));
  await terminal.expect(PROMPT, PROMPT_LIMIT_MS);
  const time = performance.now() - startedAt;
  return {
    time,
    async end() {
      await terminal.close();
      await context.endSession(session);
    },
  };
}

/** Creates the network and container with a plain client and runs the same shell. `place` selects the subnet. */
export async function startRaw(docker: Docker, place: number): Promise<Started> {
  const id = `bench-${randomUUID()}`;
  const subnet = `${RAW_SUBNETS}.${place % RAW_SUBNET_COUNT}.0/28`;
  const labels = { 'berth.bench': id };
  const environment = { installation: 'bench', environmentId: id, name: NETWORK, subnet, internet: false };
  const startedAt = performance.now();
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
          { network: networkName(id, NETWORK), address: `${RAW_SUBNETS}.${place % RAW_SUBNET_COUNT}.2` },
        ],
        mounts: [],
        labels,
        nameServers: [],
        userMapping: { remapsUsers: true, firstGroup: undefined },
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
  const time = performance.now() - startedAt;
  return {
    time,
    async end() {
      shell.destroy();
      await container.remove({ force: true, v: true });
      await network.remove();
    },
  };
}
