import type { EnvironmentSpec, ProvisionedMachine, ProvisionOptions } from '../../engine.ts';
import { environmentAddresses } from '../networks/addresses.ts';
import { allOrFirstFault } from '../all-or-first-fault.ts';
import { createMachines, startMachine } from './machines.ts';
import type { ProvisionContext } from './machines.ts';
import { createUnlessTaken, nothingMade, takeBack } from './made.ts';
import type { Made } from './made.ts';
import { createNetwork, networkName } from '../networks/network.ts';
import { makeFront } from '../registry/registry-front.ts';

/** Creates and starts an environment. Removes everything again if a step fails. */
export async function provision(
  context: ProvisionContext,
  spec: EnvironmentSpec,
  options: ProvisionOptions = {},
): Promise<ProvisionedMachine[]> {
  const made = nothingMade();
  try {
    options.signal?.throwIfAborted();
    const addresses = environmentAddresses(spec);
    options.onProgress?.({ phase: 'creating' });
    // A container can be created with the name of a missing network; the network must exist when it starts.
    const [machines] = await allOrFirstFault([
      createMachines(context, spec, { addresses, made, options }),
      makeSurroundings(context, spec, made),
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
    await takeBack(context.docker, made);
    throw error;
  }
}

/** Creates the networks, and the registry front on them if the environment needs one. */
async function makeSurroundings(context: ProvisionContext, spec: EnvironmentSpec, made: Made): Promise<void> {
  await makeNetworks(context, spec, made);
  if (spec.registry) await makeFront(context, spec, made);
}

async function makeNetworks(
  { docker, installation }: ProvisionContext,
  { environmentId, networks }: EnvironmentSpec,
  made: Made,
): Promise<void> {
  await allOrFirstFault(
    networks.map((network) =>
      createUnlessTaken(made.networks, networkName(environmentId, network.name), () =>
        createNetwork(docker, { ...network, installation, environmentId }),
      ),
    ),
  );
}
