import type { EnvironmentStatus, ProvisionedMachine } from '../../../engine/engine.ts';
import { formatAddresses } from '../provisioning/machine-addresses.ts';

/** A machine's columns in the database. */
interface KnownMachine {
  name: string;
  engineId: string | null;
  /** The text of the database column. */
  addresses: string;
}

type FoundMachine = EnvironmentStatus['machines'][number];

export type RepairPlan =
  | { kind: 'sound' }
  /** A machine is gone, and the learner's work with it. */
  | { kind: 'lost' }
  /** These machines have stopped; their file systems exist. */
  | { kind: 'restart'; machines: FoundMachine[] }
  /** These machines are paused: by a running copy, or by one that a crash interrupted. */
  | { kind: 'resume'; machines: FoundMachine[] }
  /** All machines run, some with an address that is not stored yet. */
  | { kind: 'readdress'; machines: ProvisionedMachine[] };

/** Returns the repair that makes a session usable again; `found` are its machines on the engine. Pure. */
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
  if (paused.length > 0) return { kind: 'resume', machines: paused };
  const moved = pairs.some(
    ({ machine, status }) =>
      status && status.state === 'running' && formatAddresses(status.addresses) !== machine.addresses,
  );
  return moved ? { kind: 'readdress', machines: addressed(present) } : { kind: 'sound' };
}

/** Returns the ids and addresses of the running machines. */
export function addressed(machines: FoundMachine[]): ProvisionedMachine[] {
  return machines
    .filter(({ state }) => state === 'running')
    .map(({ name, machineId, addresses }) => ({ name, machineId, addresses }));
}
