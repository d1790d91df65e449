import { GATEWAY_MEMORY_BYTES } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { SessionRow } from '../session-store.ts';
import type { Share } from './ledger.ts';

/** The parts of a lab that decide what its environments need. */
export type NeedyLab = Pick<Lab, 'machines' | 'networks' | 'steps'>;

/** Returns what an environment of the lab uses: the limits of its machines and their gateways together. */
export function needOf(lab: NeedyLab): Pick<Share, 'memoryBytes' | 'networks'> {
  const ofMachines = lab.machines.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  return {
    memoryBytes: ofMachines + gatewaysOf(lab) * GATEWAY_MEMORY_BYTES,
    networks: lab.networks.length,
  };
}

/** Counts the machines whose ports learners open, or HTTP checks access. */
function gatewaysOf({ machines, steps }: NeedyLab): number {
  const checks = steps.flatMap((step) => step.checks);
  const asked = new Set(checks.flatMap((check) => (check.kind === 'http' ? [check.machine] : [])));
  return machines.filter(({ name, ports }) => ports.length > 0 || asked.has(name)).length;
}

/** Returns what the session uses once it starts. If its lab is gone, that is nothing: its start fails. */
export function shareOf(row: SessionRow, catalogue: Pick<LabCatalogue, 'version'>): Share {
  const { learnerId, labSlug, labVersion } = row;
  const courseId = row.courseId ?? undefined;
  const fresh = row.savedStateId === null ? {} : { isPrewarmable: false as const };
  try {
    const lab = catalogue.version(labSlug, labVersion);
    return {
      learnerId,
      labSlug,
      labVersion: lab.version,
      collection: lab.collection,
      courseId,
      ...needOf(lab),
      ...fresh,
    };
  } catch (error) {
    if (!isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) throw error;
    return { learnerId, labSlug, labVersion, collection: undefined, courseId, memoryBytes: 0, networks: 0 };
  }
}
