import { GATEWAY_MEMORY_BYTES } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { SessionRow } from '../session-store.ts';
import type { Share } from './ledger.ts';

/** What of a lab decides how much its environments need. */
export type NeedyLab = Pick<Lab, 'machines' | 'networks' | 'steps'>;

/** What an environment of the lab takes of the engine: all that its machines and their gateways may use together. */
export function needOf(lab: NeedyLab): Pick<Share, 'memoryBytes' | 'networks'> {
  const ofMachines = lab.machines.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  return {
    memoryBytes: ofMachines + gatewaysOf(lab) * GATEWAY_MEMORY_BYTES,
    networks: lab.networks.length,
  };
}

/** How many machines the lab has whose ports its learners open, or its checks ask. */
function gatewaysOf({ machines, steps }: NeedyLab): number {
  const checks = steps.flatMap((step) => step.checks);
  const asked = new Set(checks.flatMap((check) => (check.kind === 'http' ? [check.machine] : [])));
  return machines.filter(({ name, ports }) => ports.length > 0 || asked.has(name)).length;
}

/** What the session takes once it is begun: of a lab that is gone, nothing, since none will be made. */
export function shareOf(row: SessionRow, catalogue: Pick<LabCatalogue, 'version'>): Share {
  const { learnerId, labSlug, labVersion } = row;
  const begins = row.savedStateId === null ? {} : { begins: 'anew' as const };
  try {
    const lab = catalogue.version(labSlug, labVersion);
    return { learnerId, labSlug, labVersion: lab.version, course: lab.course, ...needOf(lab), ...begins };
  } catch (error) {
    if (!isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) throw error;
    return { learnerId, labSlug, labVersion, course: undefined, memoryBytes: 0, networks: 0 };
  }
}
