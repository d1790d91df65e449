import type { Engine, EnvironmentStatus } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { createQueue } from '../../../core/queue.ts';
import type { Repairs } from './repairs.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import type { WarmCompare } from '../pool/warm-compare.ts';

/** Each starts containers on the engine, which starts sessions meanwhile. */
const REPAIRS_AT_ONCE = 4;

export type Reconciler = ReturnType<typeof createReconciler>;

/** Compares the engine with the database, and brings both in line. */
export function createReconciler(options: {
  store: SessionStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release' | 'releaseForgotten'>;
  engine: Pick<Engine, 'list' | 'destroy'>;
  repairs: Repairs;
  warm: WarmCompare;
  logger: Log;
}) {
  const { store, changer, subnets, engine, repairs, warm, logger } = options;

  /** The engine does not answer: nothing can be done in any session until it does. */
  async function engineLost(): Promise<void> {
    for (const row of await store.findInStates(['ready'])) await changer.move(row, 'lose');
  }

  /**
   * One comparison. The rows are read before the engine: so what is ready in them was on the engine
   * when it was asked, or has changed since, and then the compare-and-set lets it be. An environment
   * goes from the warm ones to a session, never back: in this order it is met in one of them.
   */
  async function compare(): Promise<void> {
    const ahead = await warm.all();
    const rows = await store.findOnEngine();
    const known = new Set([...ahead.map(({ id }) => id), ...rows.map((row) => row.environmentId)]);
    const environments = await engine.list();
    for (const { environmentId } of environments) {
      if (!known.has(environmentId)) await removeOrphan(environmentId);
    }
    const found = new Map(environments.map(({ environmentId, machines }) => [environmentId, machines]));
    await repairAll(rows, found);
    await warm.compare(ahead, found);
    await subnets.releaseForgotten();
  }

  /** Removes it, unless it or its session came after the others were read. */
  async function removeOrphan(environmentId: string): Promise<void> {
    if ((await warm.isWarm(environmentId)) || (await store.findByEnvironment(environmentId))) return;
    logger.warn({ environmentId }, 'An environment without a session was removed.');
    await engine.destroy(environmentId);
    await subnets.release(environmentId);
  }

  /** A few at a time: one machine can be slow to start, and no more when the engine went away. */
  async function repairAll(
    rows: SessionRow[],
    found: ReadonlyMap<string, EnvironmentStatus['machines']>,
  ): Promise<void> {
    const queue = createQueue(REPAIRS_AT_ONCE);
    const away = new AbortController();
    const repairOne = async (row: SessionRow) => {
      if (away.signal.aborted) return;
      await repair(row, found.get(row.environmentId ?? '') ?? []).catch((error: unknown) =>
        away.abort(error),
      );
    };
    await Promise.all(rows.map((row) => queue.run(() => repairOne(row))));
    away.signal.throwIfAborted();
  }

  async function repair(row: SessionRow, found: EnvironmentStatus['machines']): Promise<void> {
    if (row.state !== 'ready' && row.state !== 'unreachable') return;
    try {
      await repairs.repair(row, found);
    } catch (error) {
      if (isFault(error, 'ENGINE_UNREACHABLE')) throw error;
      // One session that the engine refuses to mend must not keep the others from it.
      logger.error({ err: error, sessionId: row.id }, 'A session could not be mended; it is tried again.');
    }
  }

  return {
    engineLost,
    /** Compares once; with the engine away, sessions become unreachable. */
    async reconcile(): Promise<void> {
      try {
        await compare();
      } catch (error) {
        if (!isFault(error, 'ENGINE_UNREACHABLE')) throw error;
        await engineLost();
      }
    },
  };
}
