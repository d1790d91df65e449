import type { Clock } from '../../../core/clock.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import type { DiskState } from '../disk/disk-watch.ts';
import type { AdmissionStore } from './admission-store.ts';
import { createLedger } from './ledger.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import { portionOf } from '../../../core/units.ts';
import type { Portion } from '../../../core/units.ts';
import type { SubnetPool } from '../provisioning/subnet-pool.ts';
import type { Limits } from './ledger.ts';

/** How long the engine's memory size is cached, in milliseconds: hosts are rarely resized. */
const CACHED_MS = 60_000;

/** Delay before the next request to an engine that did not answer, in milliseconds. */
const RETRY_MS = 5_000;

/** How long no network is allocated after the pool ran out, in milliseconds: ending sessions release theirs meanwhile. */
const NO_NETWORKS_MS = 2_000;

export type EngineCapacity = ReturnType<typeof createEngineCapacity>;

/** Returns how much memory, disk and how many networks and sessions are available to all sessions together. */
export function createEngineCapacity(options: {
  engine: Pick<Engine, 'info'>;
  pool: Pick<SubnetPool, 'size' | 'usable'>;
  /** Whether the disk has less free space than the reserve; false while that is unknown. */
  isDiskLow: () => boolean;
  memoryBudget: Portion;
  maxSessions: number | undefined;
  clock: Pick<Clock, 'now'>;
}) {
  const { engine, pool, isDiskLow, memoryBudget, maxSessions, clock } = options;
  let memory: { totalBytes: number; until: number } | undefined;
  let noNetworksUntil = 0;

  /** Returns the last known size if the engine does not answer. Starts on an engine that never answered fail anyway. */
  async function totalMemory(): Promise<number | undefined> {
    const now = clock.now().getTime();
    if (memory && now < memory.until) return memory.totalBytes;
    const totalBytes = await readMemory();
    if (totalBytes !== undefined) memory = { totalBytes, until: now + CACHED_MS };
    else if (memory) memory.until = now + RETRY_MS;
    return memory?.totalBytes;
  }

  async function readMemory(): Promise<number | undefined> {
    try {
      // An engine that does not know its memory reports 0.
      return (await engine.info()).memoryBytes || undefined;
    } catch (error) {
      if (!isFault(error)) throw error;
      return undefined;
    }
  }

  async function budget(): Promise<number> {
    if ('bytes' in memoryBudget) return memoryBudget.bytes;
    const total = await totalMemory();
    return total === undefined ? Infinity : portionOf(memoryBudget, total);
  }

  return {
    /** Returns the engine's memory in bytes; undefined until it has answered once. */
    totalMemory,
    /** Returns the limits at this moment. */
    async limits(): Promise<Limits> {
      const noNetworks = clock.now().getTime() < noNetworksUntil;
      return {
        memoryBytes: await budget(),
        sessions: maxSessions ?? Infinity,
        networks: noNetworks ? 0 : pool.usable(),
        diskLow: isDiskLow(),
      };
    },
    /** Returns the limits with all networks usable. */
    maximum: async (): Promise<Pick<Limits, 'memoryBytes' | 'networks'>> => ({
      memoryBytes: await budget(),
      networks: pool.size,
    }),
    /** Records that the pool had no network left for an admitted session. */
    networksExhausted(): void {
      noNetworksUntil = clock.now().getTime() + NO_NETWORKS_MS;
    },
  };
}

/** What sessions may use of the engine, and what they use. Undefined means unlimited or not known yet. */
export interface CapacityReport {
  /** In bytes. `usedBytes` adds up the memory limits of machines, including prewarmed ones. */
  memory: { totalBytes: number | undefined; budgetBytes: number | undefined; usedBytes: number };
  disk: DiskState | undefined;
  /** Sessions that have an environment, or are being provisioned. */
  sessions: { limit: number | undefined; used: number };
  /** Networks of the pool. */
  networks: { limit: number; used: number };
}

/** Reports the engine's capacity to admins. */
export interface CapacityService {
  get(actor: Actor | undefined): Promise<CapacityReport>;
}

export function createCapacityService(options: {
  store: Pick<AdmissionStore, 'holdings'>;
  capacity: Pick<EngineCapacity, 'limits' | 'totalMemory'>;
  disk: () => DiskState | undefined;
}): CapacityService {
  const { store, capacity, disk } = options;
  return {
    async get(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      const [totalBytes, limits, holdings] = [
        await capacity.totalMemory(),
        await capacity.limits(),
        await store.holdings(),
      ];
      const { used } = createLedger({ ...holdings, limits });
      return {
        memory: { totalBytes, budgetBytes: bounded(limits.memoryBytes), usedBytes: used.memoryBytes },
        disk: disk(),
        sessions: { limit: bounded(limits.sessions), used: used.sessions },
        networks: { limit: limits.networks, used: used.networks },
      };
    },
  };
}

const bounded = (limit: number) => (limit === Infinity ? undefined : limit);
