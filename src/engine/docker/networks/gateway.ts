import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { GATEWAY_MEMORY_BYTES } from '../../engine.ts';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { LABEL, labelFilter, labelsOf } from '../labels.ts';
import { removeContainer } from '../environments/teardown.ts';

/** Idle time after which a gateway exits, in seconds: creating another one takes a fraction of a second. */
const LINGER_S = 300;
/** Time after which a gateway that never started is left over from a crash, in milliseconds. */
const START_LIMIT_MS = 120_000;
/** Process limit: one for each of 100 connections of a session, those of checks, and the main process. */
const PIDS = 120;
/** If the host runs out of memory, the kernel ends gateways first: they are recreated. */
const OOM_SCORE = 800;

export interface GatewayContext {
  docker: Docker;
  installation: string;
  /** Image built from images/gateway. */
  image: string;
}

/**
 * Returns the name of the machine's gateway. A restarted machine has another network namespace, so its run is
 * part of the name: a gateway of an earlier run is never used, and exits when idle.
 */
export function gatewayName({ Id, State }: Docker.ContainerInspectInfo): string {
  const run = createHash('sha256').update(`${Id} ${State.StartedAt}`).digest('hex');
  return `berth-gateway-${run.slice(0, 24)}`;
}

/**
 * Makes sure that a gateway runs next to the machine: a container without capabilities that shares only the
 * machine's network, and in which nothing listens.
 * @throws CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING, GATEWAY_UNAVAILABLE
 */
export async function ensureGateway(
  context: GatewayContext,
  machine: Docker.ContainerInspectInfo,
): Promise<void> {
  const { docker } = context;
  const name = gatewayName(machine);
  try {
    await call(() => docker.createContainer({ name, ...gatewayConfig(context, machine) }));
    await removeNeverStarted(context);
  } catch (error) {
    // Another call, of this or another process, created it at the same time.
    if (!hasStatus(error, 409)) throw await refusal(docker, machine, error);
  }
  try {
    await call(() => docker.getContainer(name).start());
  } catch (error) {
    // It has already exited, and the engine is removing it.
    if (hasStatus(error, 304, 404) || isFault(error, 'MACHINE_NOT_RUNNING')) return;
    throw await refusal(docker, machine, error);
  }
}

function gatewayConfig(
  { installation, image }: GatewayContext,
  machine: Docker.ContainerInspectInfo,
): Docker.ContainerCreateOptions {
  const { [LABEL.environment]: environment = '', [LABEL.machine]: name = '' } = machine.Config.Labels;
  return {
    Image: image,
    Cmd: ['perl', '/usr/lib/berth/linger.pl', String(LINGER_S)],
    User: 'nobody',
    Labels: labelsOf(installation, 'gateway', { environment, machine: name }),
    HostConfig: {
      NetworkMode: `container:${machine.Id}`,
      AutoRemove: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      PidsLimit: PIDS,
      Memory: GATEWAY_MEMORY_BYTES,
      MemorySwap: GATEWAY_MEMORY_BYTES,
      OomScoreAdj: OOM_SCORE,
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

/** Removes gateways that a crash left between creation and start: the engine removes only those that ran. */
async function removeNeverStarted({ docker, installation }: GatewayContext): Promise<void> {
  const labels = labelsOf(installation, 'gateway');
  const filters = { ...labelFilter(labels), status: ['created' as const] };
  const left = await call(() => docker.listContainers({ all: true, filters }));
  const overdue = left.filter(({ Created }) => Created * 1000 < Date.now() - START_LIMIT_MS);
  await Promise.allSettled(overdue.map(({ Id }) => removeContainer(docker, Id)));
}

/** Returns the error to report: if the machine is gone, that is the reason. */
async function refusal(docker: Docker, machine: Docker.ContainerInspectInfo, error: unknown) {
  if (isFault(error, 'ENGINE_UNREACHABLE', 'DISK_FULL')) return error;
  const { State } = await call(() => docker.getContainer(machine.Id).inspect());
  if (!State.Running) return fault('MACHINE_NOT_RUNNING', {}, error);
  return fault('GATEWAY_UNAVAILABLE', { problem: engineMessage(error) }, error);
}
