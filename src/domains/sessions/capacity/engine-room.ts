import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import type { DiskState } from '../disk/disk-watch.ts';
import type { AdmissionStore } from './admission-store.ts';
import { createLedger } from './ledger.ts';
import type { Room } from './room.ts';

/** How much there is for sessions, and how much of it is taken. Undefined stands for what is not bounded, or not known yet. */
export interface EngineRoom {
  /** In bytes; what is used counts the limits of machines, prewarmed ones included. */
  memory: { totalBytes: number | undefined; budgetBytes: number | undefined; usedBytes: number };
  disk: DiskState | undefined;
  /** Sessions that have an environment, or are being given one. */
  sessions: { most: number | undefined; used: number };
  /** Networks of the pool. */
  networks: { most: number; used: number };
}

/** Tells admins of the room on the engine. */
export interface EngineRoomService {
  look(actor: Actor | undefined): Promise<EngineRoom>;
}

export function createEngineRoomService(options: {
  store: Pick<AdmissionStore, 'holdings'>;
  room: Pick<Room, 'limits' | 'totalMemory'>;
  disk: () => DiskState | undefined;
}): EngineRoomService {
  const { store, room, disk } = options;
  return {
    async look(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      const [totalBytes, limits, holdings] = [
        await room.totalMemory(),
        await room.limits(),
        await store.holdings(),
      ];
      const { used } = createLedger({ ...holdings, limits });
      return {
        memory: { totalBytes, budgetBytes: bounded(limits.memoryBytes), usedBytes: used.memoryBytes },
        disk: disk(),
        sessions: { most: bounded(limits.sessions), used: used.sessions },
        networks: { most: limits.networks, used: used.networks },
      };
    },
  };
}

const bounded = (limit: number) => (limit === Infinity ? undefined : limit);
