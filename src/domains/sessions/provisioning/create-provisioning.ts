import type { createAdmissions } from '../capacity/create-admissions.ts';
import type { SessionLeaseStore } from './session-lease-store.ts';
import { createEnvironmentBuilder, createLabProvision } from './environment-builder.ts';
import { createProvisioner } from './provisioner.ts';
import { createProvisioning } from './provisioning.ts';
import type { Saves } from '../saves/create-saves.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionStore } from '../session-store.ts';
import type { SessionsOptions } from '../sessions-options.ts';
import { createSubnetAllocator } from './subnet-pool.ts';
import type { SubnetPool } from './subnet-pool.ts';
import type { SubnetStore } from './subnet-store.ts';
import { createWarm } from '../pool/create-warm.ts';

/**
 * Creates the components that provision environments: for waiting sessions, and prewarmed ones. `onSettled` is called
 * when this process no longer works on a session.
 */
export function createProvisioningParts(
  options: SessionsOptions & {
    store: SessionStore;
    leases: SessionLeaseStore;
    changer: SessionChanger;
    subnets: SubnetStore;
    pool: SubnetPool;
    admissions: ReturnType<typeof createAdmissions>;
    savedMachines: Saves['machines'];
    owner: string;
    onSettled: () => void;
  },
) {
  const { engine, pool, subnets, pins, admissions, onSettled } = options;
  const { capacity, admission, notifier } = admissions;
  const allocator = createSubnetAllocator({ pool, subnets });
  const provisionLab = createLabProvision({ engine, allocator, pins });
  const warm = createWarm({
    ...options,
    make: createEnvironmentBuilder({ ...options, provision: provisionLab }),
    provision: provisionLab,
    mayPrewarm: async () => provisioner.freeSlots() > 0 && (await admission.isQuiet()),
    prewarmCheck: admission.prewarmCheck,
  });
  const provision = createProvisioning({
    ...options,
    make: warm.starts.make,
    timeoutSeconds: options.provisionTimeoutSeconds,
    onOutcome: options.onProvisioned ?? (() => undefined),
    onNoNetwork: capacity.networksExhausted,
  });
  const provisioner = createProvisioner({
    ...options,
    admission,
    notifier,
    warm: warm.starts,
    provision,
    concurrency: options.provisionConcurrency,
    onSettled() {
      onSettled();
      warm.wake();
    },
    evict: warm.eviction.evict,
  });
  return { warm, provisioner };
}
