import { createHash } from 'node:crypto';
import type { IsolationProfile, MachineSpec } from '../../engine.ts';
import type { HolderVolume } from '../holder/holder-volume.ts';
import { machineConfig } from './machine-config.ts';
import type { MachinePlace } from './machine-config.ts';

const PROFILES: readonly IsolationProfile[] = ['standard', 'restricted', 'nested'];

/** The same specification for every digest, so that only Berth's own settings change it. */
const SAMPLE: Omit<MachineSpec, 'profile'> = {
  name: 'sample',
  image: 'sample',
  environment: {},
  networks: [],
  volumes: [],
  limits: { memoryBytes: 1, cpus: 1, pids: 1, logBytes: 1, diskBytes: 1 },
};

/**
 * Returns a digest of everything that Berth decides about a machine apart from its lab: isolation, limits and
 * the agent's programs.
 */
export async function machineRevision(
  holder: Pick<HolderVolume, 'planned'>,
  place: Pick<MachinePlace, 'nameServers' | 'nestedRuntime' | 'userMapping'>,
): Promise<string> {
  const sample = {
    ...place,
    containerName: 'sample',
    endpoints: [],
    mounts: [],
    labels: {},
    holder: await holder.planned(),
  };
  const configs = PROFILES.map((profile) => machineConfig({ ...SAMPLE, profile }, sample));
  return createHash('sha256').update(JSON.stringify(configs)).digest('hex');
}
