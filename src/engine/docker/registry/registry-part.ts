import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, engineWords, hasStatus } from '../faults.ts';
import { LABEL } from '../labels.ts';
import { REGISTRY_PORT } from './registry-config.ts';
import type { RegistryPart } from './registry-config.ts';
import { removeContainer } from '../environments/teardown.ts';

/** Ports tried on the host: the usual one of a registry and those after it. */
const PORTS = Array.from({ length: 20 }, (_, index) => REGISTRY_PORT + index);
/** What engines say of a port that another program has. */
const PORT_TAKEN = /port is already allocated|address already in use/i;
/** What engines say of a container that is being removed. */
const GOING = /marked for removal/i;
/** Times that a container is looked for which another process is making, and the pause between two, in milliseconds. */
const ATTEMPTS = 50;
const PAUSE_MS = 100;
const INSIDE = `${REGISTRY_PORT}/tcp`;

/** Makes sure that a part runs as it should; one that was made in another way is replaced. */
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
      if (!PORT_TAKEN.test(engineWords(error)) || index === ports.length - 1) throw error;
      // Its port is part of it, so it is made anew.
      await removeContainer(docker, part.name);
    }
  }
}

/** The part's container, if there is one. */
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

/** The port of the host's loopback that leads to the part. */
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
    // It is there: stopped, or made by another process in this moment.
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
      // A name is taken a moment before its container is there; and another process may be taking the
      // container away to make it anew on another port.
      const isNotYet = hasStatus(error, 404) || GOING.test(engineWords(error));
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

/** The port that it had comes first: names of images on the engine hold it. */
function candidatePorts(former: number | undefined): number[] {
  return former === undefined ? PORTS : [former, ...PORTS.filter((port) => port !== former)];
}
