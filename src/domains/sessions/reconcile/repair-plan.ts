import type { EnvironmentStatus, ProvisionedMachine } from '../../../engine/engine.ts';
import { formatAddresses } from '../provisioning/machine-addresses.ts';

/** A machine as the database knows it. */
interface KnownMachine {
  name: string;
  engineId: string | null;
  /** As the database keeps them. */
  addresses: string;
}

type FoundMachine = EnvironmentStatus['machines'][number];

export type RepairPlan =
  | { kind: 'sound' }
  /** A machine is gone, and with it what the learner did there. */
  | { kind: 'lost' }
  /** These run no more; their file systems are there. */
  | { kind: 'restart'; machines: FoundMachine[] }
  /** These are frozen: by a copying that goes on, or by one that a crash broke off. */
  | { kind: 'wake'; machines: FoundMachine[] }
  /** All run, some at another address than is known. */
  | { kind: 'readdress'; machines: ProvisionedMachine[] };

/** What a session needs, of which `found` is on the engine, to be usable. Pure. */
export function planRepair(known: KnownMachine[], found: FoundMachine[]): RepairPlan {
  const pairs = known.map((machine) => ({
    machine,
    status: found.find(({ machineId }) => machineId === machine.engineId),
  }));
  const present = pairs.flatMap(({ status }) => status ?? []);
  if (present.length < known.length) return { kind: 'lost' };
  const ended = present.filter(({ state }) => state === 'exited' || state === 'created');
  if (ended.length > 0) return { kind: 'restart', machines: ended };
  const paused = present.filter(({ state }) => state === 'paused');
  if (paused.length > 0) return { kind: 'wake', machines: paused };
  const moved = pairs.some(
    ({ machine, status }) =>
      status && status.state === 'running' && formatAddresses(status.addresses) !== machine.addresses,
  );
  return moved ? { kind: 'readdress', machines: addressed(present) } : { kind: 'sound' };
}

/** Handles and addresses of the machines that run. */
export function addressed(machines: FoundMachine[]): ProvisionedMachine[] {
  return machines
    .filter(({ state }) => state === 'running')
    .map(({ name, machineId, addresses }) => ({ name, machineId, addresses }));
}
