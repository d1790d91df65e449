import type { EnvironmentSpec } from '../engine/engine.ts';
import type { Lab } from '../labs/lab.ts';

/** Most that the engine keeps of a machine's main process's output: enough to see why it ended. */
const LOG_BYTES = 1024 * 1024;

/** What the engine is asked to make for `lab`, each of its networks on a subnet by the network's name. Pure. */
export function environmentSpec(
  lab: Lab,
  { environmentId, subnets }: { environmentId: string; subnets: ReadonlyMap<string, string> },
): EnvironmentSpec {
  return {
    environmentId,
    networks: lab.networks.map(({ name, internet }) => ({ name, internet, subnet: subnets.get(name) ?? '' })),
    machines: lab.machines.map((machine) => ({
      name: machine.name,
      image: machine.image,
      networks: machine.networks,
      volumes: machine.volumes.map((path) => ({ path })),
      profile: machine.profile,
      ...(machine.user !== undefined && { user: machine.user }),
      environment: machine.environment,
      limits: {
        memoryBytes: machine.memoryBytes,
        cpus: machine.cpus,
        pids: machine.pids,
        logBytes: LOG_BYTES,
      },
    })),
  };
}
