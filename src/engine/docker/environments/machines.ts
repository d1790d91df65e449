import type Docker from 'dockerode';
import type {
  EnvironmentSpec,
  IsolationProfile,
  MachineAddress,
  MachineSpec,
  ProvisionOptions,
} from '../../engine.ts';
import { allOrFirstFault, call } from '../faults.ts';
import type { Egress } from '../networks/egress.ts';
import type { LayerLimit } from './layer-limit.ts';
import { ensureImage } from '../images/image-pull.ts';
import type { ImageInfo, PullContext } from '../images/image-pull.ts';
import type { HolderVolume } from '../holder/holder-volume.ts';
import { labelsOf, machineContainer } from '../labels.ts';
import { endpointConfig, machineConfig } from './machine-config.ts';
import type { MachineEndpoint } from './machine-config.ts';
import { refuseRoot } from './machine-user.ts';
import { createUnlessTaken } from './teardown.ts';
import type { CreatedObjects } from './teardown.ts';
import { createEngineSocket, waitForEngine } from '../nested/engine-socket.ts';
import { limitNamespaces } from '../nested/namespace-limits.ts';
import type { NestedSupport } from '../nested/nested-support.ts';
import { networkName } from '../networks/network.ts';
import type { UserMapping } from '../engine-info.ts';
import { createVolumes } from '../storage/volume.ts';

export interface ProvisionContext extends PullContext {
  installation: string;
  egress: Egress;
  /** Image of the local registry's front; undefined if there is no registry. */
  registryImage?: string | undefined;
  /** Installation that owns the local registry; this one if undefined. */
  registryInstallation?: string | undefined;
  limitLayer: LayerLimit;
  /** Image of the helpers that fill volumes. */
  helperImage: string;
  nested: NestedSupport;
  agent: HolderVolume;
  userMapping: () => Promise<UserMapping>;
}

/** A created machine on its primary network only. It does not run yet. */
interface CreatedMachine {
  name: string;
  profile: IsolationProfile;
  container: Docker.Container;
  endpoints: MachineEndpoint[];
}

interface Creation {
  addresses: Map<string, MachineAddress[]>;
  created: CreatedObjects;
  options: ProvisionOptions;
}

/** Creates an environment's machines with their volumes, and records all of them in `created`. */
export async function createMachines(
  context: ProvisionContext,
  spec: EnvironmentSpec,
  creation: Creation,
): Promise<CreatedMachine[]> {
  if (spec.machines.some(isNested)) await context.nested.require();
  const images = await ensureImages(context, spec, creation.options);
  creation.options.signal?.throwIfAborted();
  return allOrFirstFault(
    spec.machines.map(async (machine) => {
      const created = await createMachine(context, { spec, machine, creation });
      const { image, user = images.get(image)?.user ?? '' } = machine;
      if (machine.profile !== 'standard') await refuseRoot(created.container, machine, user);
      return created;
    }),
  );
}

/**
 * Connects a created machine to its other networks and starts it. Waits for its own engine, if it has one.
 */
export async function startMachine(
  { docker, installation, helperImage }: ProvisionContext,
  { name, profile, container, endpoints }: CreatedMachine,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const endpoint of endpoints.slice(1)) {
    const EndpointConfig = endpointConfig(name, endpoint);
    await call(() =>
      docker.getNetwork(endpoint.network).connect({ Container: container.id, EndpointConfig }),
    );
  }
  await call(() => container.start());
  if (profile !== 'nested') return;
  await allOrFirstFault([
    waitForEngine(container, { machine: name, signal }),
    limitNamespaces({ docker, installation, image: helperImage }, container),
  ]);
}

/** Creates a machine with its volumes and sockets, and does not start it. */
async function createMachine(
  context: ProvisionContext,
  { spec, machine, creation }: { spec: EnvironmentSpec; machine: MachineSpec; creation: Creation },
): Promise<CreatedMachine> {
  const { docker, installation, egress, helperImage, nested } = context;
  const { addresses, created, options } = creation;
  const { environmentId } = spec;
  const { name, profile, networks } = machine;
  const owner = { installation, environmentId, created, helperImage };
  const mounts = await createVolumes(docker, owner, machine);
  const engineSocket = isNested(machine) ? await createEngineSocket(docker, owner, name) : undefined;
  options.signal?.throwIfAborted();
  const endpoints = (addresses.get(name) ?? []).map(({ network, address }) => ({
    network: networkName(environmentId, network),
    address,
  }));
  const internet = spec.networks.some((network) => network.internet && networks.includes(network.name));
  const belonging = { environment: environmentId, machine: name, networks: networks.join(',') };
  const { diskBytes } = machine.limits;
  const config = machineConfig(machine, {
    containerName: machineContainer(environmentId, name),
    endpoints,
    mounts,
    labels: labelsOf(installation, 'machine', { ...belonging, profile }),
    nameServers: internet ? egress.nameServers : [],
    storage: diskBytes === undefined ? {} : await context.limitLayer(machine.image, diskBytes),
    nestedRuntime: nested.runtime,
    agent: await context.agent.mounts(),
    engineSocket,
    userMapping: await context.userMapping(),
  });
  const container = await createUnlessTaken(created.containers, config.name ?? '', () =>
    call(() => docker.createContainer(config)),
  );
  return { name, profile, container, endpoints };
}

const isNested = ({ profile }: MachineSpec) => profile === 'nested';

async function ensureImages(
  context: PullContext,
  spec: EnvironmentSpec,
  { signal, onProgress }: ProvisionOptions,
): Promise<Map<string, ImageInfo>> {
  const names = [...new Set(spec.machines.map(({ image }) => image))];
  const onPercent = (percent: number | undefined) =>
    onProgress?.({ phase: 'pulling', ...(percent !== undefined && { percent }) });
  const infos = await allOrFirstFault(
    names.map((image) => ensureImage(context, image, { signal, onPercent })),
  );
  return new Map(names.map((name, index) => [name, infos[index] ?? { id: '', user: '' }]));
}
