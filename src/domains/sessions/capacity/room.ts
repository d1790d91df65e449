import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import { portionOf } from '../../../core/units.ts';
import type { Portion } from '../../../core/units.ts';
import type { SubnetPool } from '../provisioning/subnet-pool.ts';
import type { Limits } from './ledger.ts';

/** How long what the engine said of its memory is believed, in milliseconds: machines are resized seldom. */
const BELIEVED_MS = 60_000;

/** Pause before an engine that did not answer is asked again, in milliseconds. */
const ASKED_AGAIN_MS = 5_000;

/** How long no network is asked for after the pool had none left, in milliseconds: what ends gives its own back within. */
const NO_NETWORKS_MS = 2_000;

export type Room = ReturnType<typeof createRoom>;

/** How much there is for sessions in all: of the engine's memory, of networks, and as set. */
export function createRoom(options: {
  engine: Pick<Engine, 'info'>;
  pool: Pick<SubnetPool, 'size' | 'usable'>;
  /** Whether the disk has less left than the reserve; false while that is not known. */
  isDiskLow: () => boolean;
  memoryBudget: Portion;
  maxSessions: number | undefined;
  clock: Pick<Clock, 'now'>;
}) {
  const { engine, pool, isDiskLow, memoryBudget, maxSessions, clock } = options;
  let memory: { totalBytes: number; until: number } | undefined;
  let noNetworksUntil = 0;

  /** An engine that does not answer has what it had; what is begun on one that never did, it refuses. */
  async function totalMemory(): Promise<number | undefined> {
    const now = clock.now().getTime();
    if (memory && now < memory.until) return memory.totalBytes;
    const totalBytes = await askEngine();
    if (totalBytes !== undefined) memory = { totalBytes, until: now + BELIEVED_MS };
    else if (memory) memory.until = now + ASKED_AGAIN_MS;
    return memory?.totalBytes;
  }

  async function askEngine(): Promise<number | undefined> {
    try {
      // An engine that does not know its memory says 0.
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
    /** Bytes of memory that the engine has; undefined while it has not answered yet. */
    totalMemory,
    /** What there is now. */
    async limits(): Promise<Limits> {
      const noNetworks = clock.now().getTime() < noNetworksUntil;
      return {
        memoryBytes: await budget(),
        sessions: maxSessions ?? Infinity,
        networks: noNetworks ? 0 : pool.usable(),
        diskLow: isDiskLow(),
      };
    },
    /** The most there ever is, with nothing barred. */
    most: async (): Promise<Pick<Limits, 'memoryBytes' | 'networks'>> => ({
      memoryBytes: await budget(),
      networks: pool.size,
    }),
    /** Notes that the pool had no network left for a session that was let in. */
    networksExhausted(): void {
      noNetworksUntil = clock.now().getTime() + NO_NETWORKS_MS;
    },
  };
}
