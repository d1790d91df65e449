import type { ProvisionedMachine } from '../../engine/engine.ts';
import { formatAddresses } from './session.ts';
import type { Machine as MachineRow } from '../../infra/database/generated/sqlite/client.ts';

/** Returns rows for new machines of a session; their ids keep the lab's order. */
export function machineRows(sessionId: string, machines: readonly { name: string; image: string }[]) {
  return machines.map(({ name, image }, position) => ({
    id: `${sessionId}.${String(position).padStart(3, '0')}`,
    sessionId,
    name,
    image,
    containerId: null,
    addresses: formatAddresses([]),
    diskPercent: null,
    pausedBy: null,
    pausedUntil: null,
  }));
}

/** Returns the row of a machine with the id of its provisioned machine. */
export function withHandle(machine: MachineRow, provisioned: ProvisionedMachine[]) {
  const found = provisioned.find(({ name }) => name === machine.name);
  return found ? { ...machine, ...handleOf(found) } : machine;
}

/** Returns whether the row already has the id and addresses, as for a prewarmed machine. */
export function isStored(
  { machines }: { machines: readonly MachineRow[] },
  made: ProvisionedMachine,
): boolean {
  const { containerId, addresses } = handleOf(made);
  return machines.some(
    (row) => row.name === made.name && row.containerId === containerId && row.addresses === addresses,
  );
}

/** Returns the columns of a machine that was just provisioned. */
export const handleOf = ({ machineId, addresses }: ProvisionedMachine) => ({
  containerId: machineId,
  addresses: formatAddresses(addresses),
  diskPercent: null,
});
