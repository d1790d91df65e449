import type Docker from 'dockerode';
import type { EnvironmentSpec, MachineSpec, ProvisionedMachine, ProvisionOptions } from '../engine.ts';
import { machineAddresses } from './addresses.ts';
import type { Egress } from './egress.ts';
import { call, isRefusal } from './faults.ts';
import { ensureImage } from './image-pull.ts';
import type { ImageInfo, PullContext } from './image-pull.ts';
import { labelsOf } from './labels.ts';
import { machineConfig } from './machine-config.ts';
import { refuseRoot } from './machine-user.ts';
import { createNetwork, networkName } from './network.ts';
import { removeContainer, removeNetwork } from './teardown.ts';

export interface ProvisionContext extends PullContext {
  installation: string;
  egress: Egress;
}

/** What is to be taken away again when a later step fails. */
interface Made {
  containers: Set<string>;
  networks: Set<string>;
}

/** Makes and starts an environment, or leaves nothing of it behind. */
export async function provision(
  context: ProvisionContext,
  spec: EnvironmentSpec,
  options: ProvisionOptions = {},
): Promise<ProvisionedMachine[]> {
  const made: Made = { containers: new Set(), networks: new Set() };
  try {
    options.signal?.throwIfAborted();
    const addresses = machineAddresses(spec.subnet, spec.machines.length);
    options.onProgress?.({ phase: 'creating' });
    // Creating a container needs only the network's name; the network itself must be there at start.
    const [machineIds] = await allOrFirstFault([
      createMachines(context, spec, { addresses, made, options }),
      makeNetwork(context, spec, made),
      spec.internet ? context.egress.protect() : undefined,
    ]);
    options.signal?.throwIfAborted();
    options.onProgress?.({ phase: 'starting' });
    await allOrFirstFault(machineIds.map((id) => call(() => context.docker.getContainer(id).start())));
    options.signal?.throwIfAborted();
    return spec.machines.map(({ name }, index) => ({
      name,
      machineId: machineIds[index] ?? '',
      address: addresses[index] ?? '',
    }));
  } catch (error) {
    await takeBack(context.docker, made);
    throw error;
  }
}

async function makeNetwork({ docker, installation }: ProvisionContext, spec: EnvironmentSpec, made: Made) {
  const name = networkName(spec.sessionId);
  await createUnlessTaken(made.networks, name, () => createNetwork(docker, { ...spec, installation }));
}

async function createMachines(
  context: ProvisionContext,
  spec: EnvironmentSpec,
  { addresses, made, options }: { addresses: string[]; made: Made; options: ProvisionOptions },
): Promise<string[]> {
  const images = await ensureImages(context, spec, options);
  options.signal?.throwIfAborted();
  return allOrFirstFault(
    spec.machines.map(async (machine, index) => {
      const { docker, installation } = context;
      const { sessionId, internet } = spec;
      const { name, profile } = machine;
      const config = machineConfig(machine, {
        containerName: `berth-${sessionId}-${name}`,
        network: networkName(sessionId),
        address: addresses[index] ?? '',
        labels: labelsOf(installation, 'machine', { sessionId, machine: name, profile }),
        nameServers: internet ? context.egress.nameServers : [],
      });
      const container = await createUnlessTaken(made.containers, config.name ?? '', () =>
        call(() => docker.createContainer(config)),
      );
      if (profile === 'restricted') await refuseRoot(container, name, userOf(machine, images));
      return container.id;
    }),
  );
}

function userOf(machine: MachineSpec, images: Map<string, ImageInfo>): string {
  return machine.user ?? images.get(machine.image)?.user ?? '';
}

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

/**
 * Notes `name` for removal before it is made, so that an answer lost on the way leaves nothing. What
 * the engine refused to make is not there, unless it is another one's: that stays.
 */
async function createUnlessTaken<T>(made: Set<string>, name: string, create: () => Promise<T>): Promise<T> {
  made.add(name);
  try {
    return await create();
  } catch (error) {
    if (isRefusal(error)) made.delete(name);
    throw error;
  }
}

/** Waits for all, even after one has failed: what is still being made could not be taken away. */
async function allOrFirstFault<T extends readonly unknown[]>(
  tasks: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(tasks);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return Promise.all(tasks);
}

async function takeBack(docker: Docker, made: Made): Promise<void> {
  // An engine that went away meanwhile keeps what was made; list() shows it when it is back.
  const containers = [...made.containers].map((name) => removeContainer(docker, name));
  await Promise.allSettled(containers);
  await Promise.allSettled([...made.networks].map((name) => removeNetwork(docker, name)));
}
