import type { EnvironmentSpec, ProvisionedMachine, ProvisionOptions } from '../../engine.ts';
import { environmentAddresses, createNetwork, networkName } from '../networks/network.ts';
import { allOrFirstFault } from '../faults.ts';
import { createMachines, startMachine } from './machines.ts';
import type { ProvisionContext } from './machines.ts';
import { createUnlessTaken, noObjects, removeCreated } from './teardown.ts';
import type { CreatedObjects } from './teardown.ts';
import { createFront } from '../registry/registry-front.ts';

/** Creates and starts an environment. Removes everything again if a step fails. */
export async function provision(
  context: ProvisionContext,
  spec: EnvironmentSpec,
  options: ProvisionOptions = {},
): Promise<ProvisionedMachine[]> {
  const created = noObjects();
  try {
    options.signal?.throwIfAborted();
    const addresses = environmentAddresses(spec);
    options.onProgress?.({ phase: 'creating' });
    // A container can be created with the name of a missing network; the network must exist when it starts.
    const [machines] = await allOrFirstFault([
      createMachines(context, spec, { addresses, created, options }),
      createNetworksAndFront(context, spec, created),
      spec.networks.some(({ internet }) => internet) ? context.egress.protect() : undefined,
    ]);
    options.signal?.throwIfAborted();
    options.onProgress?.({ phase: 'starting' });
    await allOrFirstFault(machines.map((machine) => startMachine(context, machine, options.signal)));
    options.signal?.throwIfAborted();
    return machines.map(({ name, container }) => ({
      name,
      machineId: container.id,
      addresses: addresses.get(name) ?? [],
    }));
  } catch (error) {
    await removeCreated(context.docker, created);
    throw error;
  }
}

/** Creates the networks, and the registry front on them if the environment needs one. */
async function createNetworksAndFront(
  context: ProvisionContext,
  spec: EnvironmentSpec,
  created: CreatedObjects,
): Promise<void> {
  await createNetworks(context, spec, created);
  if (spec.registry) await createFront(context, spec, created);
}

async function createNetworks(
  { docker, installation }: ProvisionContext,
  { environmentId, networks }: EnvironmentSpec,
  created: CreatedObjects,
): Promise<void> {
  await allOrFirstFault(
    networks.map((network) =>
      createUnlessTaken(created.networks, networkName(environmentId, network.name), () =>
        createNetwork(docker, { ...network, installation, environmentId }),
      ),
    ),
  );
}
