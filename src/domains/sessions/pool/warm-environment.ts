import type { StoredLease } from '../../../infra/leases/lease.ts';
import type { MadeMachine } from '../provisioning/environment-builder.ts';

/** A prewarmed machine. */
export type WarmMachine = MadeMachine & {
  /** Handle of its prepared shell, if it has one. */
  shell?: string;
  /** The engine's digest of how it creates machines; absent if an earlier version of Berth created this one. */
  revision?: string;
};

/** A prewarmed environment, which has no session yet. Its id is the id of the environment on the engine. */
export interface WarmEnvironment {
  id: string;
  labSlug: string;
  labVersion: string;
  state: 'making' | 'ready' | 'leaving';
  /** Memory limit of its machines together. */
  memoryBytes: number;
  /** Number of its networks. */
  networks: number;
  /** Its machines, once it is ready. */
  machines: WarmMachine[];
  /** The lease of the process that creates it. */
  lease: StoredLease;
}

/** The version of a lab that is prewarmed, and when the lab was last used. */
export interface WarmPool {
  labSlug: string;
  labVersion: string;
  /** The last start of the lab, or when its version was first seen. */
  neededAt: Date;
  /** When an admin emptied the pool. */
  drainedAt: Date | null;
}
