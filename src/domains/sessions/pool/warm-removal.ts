import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import { createRunner } from '../reconcile/runner.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import { isHeldByOther } from '../../../infra/leases/lease.ts';
import type { WarmStore } from './warm-store.ts';

/** Environments removed at the same time: it is not urgent, and slows the engine down for everyone. */
const AT_ONCE = 2;

/** Delay before a failed removal is retried, in milliseconds, unless the engine returns sooner. */
const RETRY_MS = 10_000;

export type WarmRemoval = ReturnType<typeof createWarmRemoval>;

/** Removes the environments that are marked for removal. A failed removal is retried. */
export function createWarmRemoval(options: {
  store: Pick<WarmStore, 'all' | 'remove'>;
  subnets: Pick<SubnetStore, 'release'>;
  engine: Pick<Engine, 'destroy'>;
  /** Whether this process is creating the environment, and so removes it itself. */
  isCreating: (id: string) => boolean;
  clock: Clock;
  owner: string;
  log: Log;
  /** Called when capacity became free. */
  onRemoved: () => void;
}) {
  const { store, subnets, engine, isCreating, clock, owner, log, onRemoved } = options;
  const retryAt = new Map<string, number>();
  let stopped = false;
  const runner = createRunner({
    work: sweep,
    onError: (error) => log.error({ err: error }, 'environments to remove not listed'),
  });

  async function discard(id: string): Promise<void> {
    await engine.destroy(id);
    await subnets.release(id);
    await store.remove(id);
  }

  async function sweep(): Promise<void> {
    const now = clock.now();
    for (const [id, at] of retryAt) if (at <= now.getTime()) retryAt.delete(id);
    const removed = (await store.all()).filter(
      ({ id, state, lease }) =>
        state === 'removing' && !isCreating(id) && !retryAt.has(id) && !isHeldByOther(lease, owner, now),
    );
    const next = removed.values();
    const removeNext = async () => {
      for (const { id } of next) if (!stopped) await discardOrLater(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, removeNext));
  }

  async function discardOrLater(id: string): Promise<void> {
    try {
      await discard(id);
      onRemoved();
    } catch (error) {
      retryAt.set(id, clock.now().getTime() + RETRY_MS);
      log.warn({ err: error, environmentId: id }, 'prewarmed environment not removed; will retry');
    }
  }

  return {
    /** Removes the environment now. No other process may be removing it. */
    discard,
    /** Call this when there may be something to remove. */
    wake: runner.wake,
    /** Removes all environments that can be removed, and resolves afterwards. */
    flush: runner.flush,
    /** Retries failed removals immediately, because the engine answers again. */
    retry(): void {
      retryAt.clear();
      runner.wake();
    },
    async stop(): Promise<void> {
      stopped = true;
      await runner.stop();
    },
  };
}
