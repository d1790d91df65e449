import type { StoredLease } from '../../../infra/leases/lease.ts';
import type { MadeMachine } from '../provisioning/environment-maker.ts';

/** A prewarmed machine. */
export type WarmMachine = MadeMachine & {
  /** Handle of the shell that waits in it, if one does. */
  shell?: string;
  /** The engine's digest of how it was made; absent for one of a version of Berth that had none. */
  revision?: string;
};

/** A prewarmed environment, which has no session yet; its id is the environment's. */
export interface WarmEnvironment {
  id: string;
  labSlug: string;
  labVersion: string;
  state: 'making' | 'ready' | 'leaving';
  /** The memory that its machines may take. */
  memoryBytes: number;
  /** How many networks of the pool it has. */
  networks: number;
  /** Its machines once it is ready. */
  machines: WarmMachine[];
  /** The lease of the process that creates it. */
  lease: StoredLease;
}

/** The version of a lab that environments are made of, and when they were last needed. */
export interface WarmPool {
  labSlug: string;
  labVersion: string;
  /** The last start of the lab, or when its version was first seen. */
  neededAt: Date;
  /** When an admin emptied it. */
  drainedAt: Date | null;
}
