import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type Docker from 'dockerode';
import { COPY_FOLDER, NOBODY } from '../engine-checkers.ts';
import type { Checker, CheckerSpec } from '../engine-checkers.ts';
import { fault, isFault } from '../../core/errors.ts';
import { addressesBelowLast } from './networks/network.ts';
import { call, engineMessage } from './faults.ts';
import { ensureImage } from './images/image-pull.ts';
import type { PullContext } from './images/image-pull.ts';
import type { HolderVolume } from './holder/holder-volume.ts';
import { LABEL, labelFilter, labelsOf } from './labels.ts';
import { NO_CORE_DUMPS, NO_MESSAGE_QUEUES, ORDINARY_SECURITY } from './environments/machine-config.ts';
import { engineAccess } from './nested/engine-socket.ts';
import { removeOverdue, untilLabel } from './helper.ts';
import { removeContainer } from './environments/teardown.ts';

const MEMORY_BYTES = 512 * 1024 * 1024;
const PIDS = 256;
/**
 * Size of each folder that the script may write to, in bytes. It is in memory and counts toward the limit.
 */
const SCRATCH_BYTES = 128 * 1024 * 1024;
/** Space for copied files, in bytes: small files use whole pages. */
const COPY_BYTES = 128 * 1024 * 1024;
const CPUS = 1;
/** If the host runs out of memory, the kernel ends checks before machines: a check can run again. */
const OOM_SCORE = 600;
/** Time to create and start the container before its lifetime starts, in milliseconds. */
const PREPARATION_MS = 180_000;

interface CheckerContext extends PullContext {
  installation: string;
  /** Image built from images/checker. */
  checkerImage: string;
  agent: HolderVolume;
}

/** Starts a checker next to the machine; see the port. */
export async function startChecker(
  context: CheckerContext,
  machineId: string,
  { image = context.checkerImage, engine, lifetimeSeconds, signal }: CheckerSpec,
): Promise<Checker> {
  const { docker, installation } = context;
  const machine = await call(() => docker.getContainer(machineId).inspect());
  if (machine.Config.Labels[LABEL.installation] !== installation) throw fault('CONTAINER_NOT_FOUND');
  const access = engine ? await engineAccess(docker, machine) : undefined;
  const uid = access?.uid ?? NOBODY;
  await removeOverdue(docker, labelsOf(installation, 'checker'));
  await ensureOn(context, image, signal);
  const scratch = await scratchFolders(docker, image);
  const networks = Object.keys(machine.NetworkSettings.Networks).filter((name) => name !== 'none');
  const candidates = await freeAddresses(docker, machine, networks);
  const agent = await context.agent.mounts();
  const binds = [...(agent?.binds ?? []), ...(access ? [access.bind] : [])];
  for (const addresses of candidates) {
    signal?.throwIfAborted();
    const config = checkerConfig(context, {
      machine,
      image,
      scratch,
      lifetimeSeconds,
      addresses,
      binds,
      uid,
    });
    const container = await call(() => docker.createContainer(config));
    try {
      for (const [network, address] of addresses.slice(1)) {
        const EndpointConfig = { IPAMConfig: { IPv4Address: address } };
        await call(() => docker.getNetwork(network).connect({ Container: container.id, EndpointConfig }));
      }
      await call(() => container.start());
      return { checkerId: container.id, uid };
    } catch (error) {
      await removeContainer(docker, container.id);
      // Another check of the session took the address at the same time.
      if (!/address already in use/i.test(engineMessage(error))) throw error;
    }
  }
  throw fault('ENGINE_REFUSED', { problem: 'the networks of the session have no free address for a check' });
}

async function ensureOn(context: CheckerContext, image: string, signal: AbortSignal | undefined) {
  try {
    await ensureImage(context, image, { signal, onPercent: () => undefined });
  } catch (error) {
    // Berth's own image is in no registry: the set-up builds it.
    if (image !== context.checkerImage || !isFault(error, 'IMAGE_NOT_FOUND', 'REGISTRY_UNREACHABLE'))
      throw error;
    throw fault('IMAGE_NOT_FOUND', { image, problem: '"berth up" builds it' }, error);
  }
}

/** One free address on each of a machine's networks. */
type Addresses = [network: string, address: string][];

/**
 * Returns the possible addresses of a checker, best first. The fixed addresses of stopped machines are taken
 * too, although the engine would assign them.
 */
async function freeAddresses(
  docker: Docker,
  { Config }: Docker.ContainerInspectInfo,
  networks: readonly string[],
): Promise<Addresses[]> {
  if (networks.length === 0) return [[]];
  const environment = Config.Labels[LABEL.environment] ?? '';
  const filters = labelFilter({ [LABEL.environment]: environment });
  const neighbours = await call(() => docker.listContainers({ all: true, filters }));
  const free = await Promise.all(
    networks.map(async (network) => {
      const { IPAM } = await call(() => docker.getNetwork(network).inspect());
      const taken = new Set(
        neighbours.flatMap(({ NetworkSettings }) => {
          const endpoint = NetworkSettings.Networks[network];
          return [endpoint?.IPAddress, endpoint?.IPAMConfig?.IPv4Address];
        }),
      );
      const all = addressesBelowLast(IPAM?.Config?.[0]?.Subnet ?? '');
      return all.filter((address) => !taken.has(address));
    }),
  );
  const most = Math.min(...free.map((addresses) => addresses.length));
  return Array.from({ length: most }, (_, index) =>
    networks.map((network, which): Addresses[number] => [network, free[which]?.[index] ?? '']),
  );
}

/**
 * Returns the folders that the script may write to, including the image's volumes: the engine would create
 * those on the host's disk.
 */
async function scratchFolders(docker: Docker, image: string): Promise<string[]> {
  const { Config } = await call(() => docker.getImage(image).inspect());
  const volumes = Object.keys((Config.Volumes ?? {}) as object).map((path) => posix.resolve('/', path));
  return [...new Set(['/tmp', '/var/tmp', ...volumes])].filter((path) => path !== COPY_FOLDER);
}

/** The values of a checker's configuration. */
interface CheckerParts {
  machine: Docker.ContainerInspectInfo;
  image: string;
  scratch: string[];
  lifetimeSeconds: number;
  addresses: Addresses;
  /** Mounts of the agent's programs and of the machine's engine socket. */
  binds: string[];
  uid: number;
}

function checkerConfig(
  { installation }: CheckerContext,
  { machine, image, scratch, lifetimeSeconds, addresses, binds, uid }: CheckerParts,
): Docker.ContainerCreateOptions {
  const { [LABEL.environment]: environment = '', [LABEL.machine]: name = '' } = machine.Config.Labels;
  const [first] = addresses;
  return {
    name: `berth-${environment}.checker-${randomBytes(6).toString('hex')}`,
    Image: image,
    Hostname: 'checker',
    Entrypoint: ['sleep', String(Math.ceil(lifetimeSeconds))],
    Cmd: [],
    User: `${uid}:${uid}`,
    Healthcheck: { Test: ['NONE'] },
    Labels: {
      ...labelsOf(installation, 'checker', { environment, machine: name }),
      ...untilLabel(PREPARATION_MS + lifetimeSeconds * 1000),
    },
    HostConfig: {
      NetworkMode: first?.[0] ?? 'none',
      AutoRemove: true,
      // A learner's server must not fill the host's disk with its answers to a script.
      ReadonlyRootfs: true,
      Binds: binds,
      Mounts: [copyMount(), ...scratch.map(scratchMount)],
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ORDINARY_SECURITY,
      PidsLimit: PIDS,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      NanoCpus: CPUS * 1e9,
      OomScoreAdj: OOM_SCORE,
      Ulimits: [NO_CORE_DUMPS, NO_MESSAGE_QUEUES],
      LogConfig: { Type: 'none', Config: {} },
      // The checker is on several networks and must not route between them.
      Sysctls: { 'net.ipv4.ip_forward': '0' },
    },
    ...(first && {
      NetworkingConfig: { EndpointsConfig: { [first[0]]: { IPAMConfig: { IPv4Address: first[1] } } } },
    }),
  };
}

/** A volume that is removed with the container: the engine copies into no other kind of mount. */
function copyMount(): Docker.MountSettings {
  const Options = { type: 'tmpfs', device: 'tmpfs', o: `size=${COPY_BYTES},nosuid,nodev` };
  const VolumeOptions = { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options } };
  return { Type: 'volume', Source: '', Target: COPY_FOLDER, VolumeOptions };
}

function scratchMount(Target: string): Docker.MountSettings {
  return { Type: 'tmpfs', Source: '', Target, TmpfsOptions: { SizeBytes: SCRATCH_BYTES, Mode: 0o1777 } };
}
