import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { LABEL } from '../labels.ts';
import { REGISTRY_PORT } from './registry-config.ts';
import type { RegistryPart } from './registry-config.ts';
import { removeContainer } from '../environments/teardown.ts';

/** Ports to try on the host: the usual port of a registry and the following ones. */
const PORTS = Array.from({ length: 20 }, (_, index) => REGISTRY_PORT + index);
/** Messages of engines about a port that another program uses. */
const PORT_TAKEN = /port is already allocated|address already in use/i;
/** Messages of engines about a container that is being removed. */
const BEING_REMOVED = /marked for removal/i;
/**
 * Attempts to start a container that another process is creating, and the delay between them in milliseconds.
 */
const ATTEMPTS = 50;
const PAUSE_MS = 100;
const INSIDE = `${REGISTRY_PORT}/tcp`;

/** Makes sure that a part runs with its configuration; replaces one with another configuration. */
export async function ensurePart(docker: Docker, part: RegistryPart): Promise<void> {
  const digest = createHash('sha256').update(JSON.stringify(part.config)).digest('hex');
  const present = await inspectPart(docker, part.name);
  const same = present?.Config.Labels[LABEL.config] === digest;
  if (same && present.State.Running) return;
  if (present && !same) await removeContainer(docker, present.Id);
  const ports = part.published ? candidatePorts(present && publishedPort(present)) : [undefined];
  for (const [index, port] of ports.entries()) {
    try {
      await startPart(docker, part, { digest, port });
      return;
    } catch (error) {
      if (!PORT_TAKEN.test(engineMessage(error)) || index === ports.length - 1) throw error;
      // The port is part of its configuration, so it is recreated.
      await removeContainer(docker, part.name);
    }
  }
}

/** Returns the part's container; undefined if it does not exist. */
export async function inspectPart(
  docker: Docker,
  name: string,
): Promise<Docker.ContainerInspectInfo | undefined> {
  try {
    return await call(() => docker.getContainer(name).inspect());
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Returns the loopback port of the host that leads to the part. */
export function publishedPort({ HostConfig }: Docker.ContainerInspectInfo): number | undefined {
  const bindings = HostConfig.PortBindings as Record<string, { HostPort?: string }[]> | undefined;
  return Number(bindings?.[INSIDE]?.[0]?.HostPort) || undefined;
}

async function startPart(
  docker: Docker,
  { name, config }: RegistryPart,
  { digest, port }: { digest: string; port: number | undefined },
): Promise<void> {
  try {
    const own = { name, ...config, Labels: { ...config.Labels, [LABEL.config]: digest } };
    await call(() => docker.createContainer(port === undefined ? own : publish(own, port)));
  } catch (error) {
    // It exists: stopped, or another process created it at the same time.
    if (!hasStatus(error, 409)) throw error;
  }
  await start(docker, name);
}

async function start(docker: Docker, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call(() => docker.getContainer(name).start());
      return;
    } catch (error) {
      if (hasStatus(error, 304)) return;
      // A name is taken a moment before its container exists. Another process may also be removing the
      // container to recreate it with another port.
      const isNotYet = hasStatus(error, 404) || BEING_REMOVED.test(engineMessage(error));
      if (!isNotYet || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function publish(config: Docker.ContainerCreateOptions, port: number): Docker.ContainerCreateOptions {
  return {
    ...config,
    ExposedPorts: { [INSIDE]: {} },
    HostConfig: {
      ...config.HostConfig,
      PortBindings: { [INSIDE]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
    },
  };
}

/** Returns the ports to try. The former port comes first: names of images on the engine contain it. */
function candidatePorts(former: number | undefined): number[] {
  return former === undefined ? PORTS : [former, ...PORTS.filter((port) => port !== former)];
}
