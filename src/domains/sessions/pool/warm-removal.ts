import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import { createRunner } from '../reconcile/runner.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import { isHeldByOther } from '../../../infra/leases/lease.ts';
import type { WarmStore } from './warm-store.ts';

/** Environments removed at the same time: it is nobody's hurry, and slows the engine for everyone. */
const AT_ONCE = 2;

/** Pause before one that failed is tried again, in milliseconds, unless the engine returns sooner. */
const RETRY_MS = 10_000;

export type WarmRemoval = ReturnType<typeof createWarmRemoval>;

/** Removes environments that are to leave the pools. What fails stays noted and is tried again. */
export function createWarmRemoval(options: {
  store: Pick<WarmStore, 'all' | 'remove'>;
  subnets: Pick<SubnetStore, 'release'>;
  engine: Pick<Engine, 'destroy'>;
  /** Whether this process is making it, and so removes it itself. */
  isMaking: (id: string) => boolean;
  clock: Clock;
  owner: string;
  logger: Log;
  /** Called when there is room that was not there. */
  onRemoved: () => void;
}) {
  const { store, subnets, engine, isMaking, clock, owner, logger, onRemoved } = options;
  const retryAt = new Map<string, number>();
  let stopped = false;
  const runner = createRunner({
    work: sweep,
    onError: (error) => logger.error({ err: error }, 'What leaves the warm pools could not be looked up.'),
  });

  async function discard(id: string): Promise<void> {
    await engine.destroy(id);
    await subnets.release(id);
    await store.remove(id);
  }

  async function sweep(): Promise<void> {
    const now = clock.now();
    for (const [id, at] of retryAt) if (at <= now.getTime()) retryAt.delete(id);
    const leaving = (await store.all()).filter(
      ({ id, state, lease }) =>
        state === 'leaving' && !isMaking(id) && !retryAt.has(id) && !isHeldByOther(lease, owner, now),
    );
    const next = leaving.values();
    const one = async () => {
      for (const { id } of next) if (!stopped) await discardOrLater(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  async function discardOrLater(id: string): Promise<void> {
    try {
      await discard(id);
      onRemoved();
    } catch (error) {
      retryAt.set(id, clock.now().getTime() + RETRY_MS);
      logger.warn(
        { err: error, environmentId: id },
        'A warm environment could not be removed; it is tried again.',
      );
    }
  }

  return {
    /** Removes it now; nobody else may be about to. */
    discard,
    /** There may be something to remove. */
    wake: runner.wake,
    /** Resolves when all that can be removed is. */
    flush: runner.flush,
    /** The engine is back: tries at once what failed. */
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
