import type { Engine, EnvironmentStatus } from '../engine/engine.ts';
import { isFault } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Repairs } from './repairs.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow, SessionStore } from './session-store.ts';
import type { SubnetStore } from './subnet-store.ts';

export type Reconciler = ReturnType<typeof createReconciler>;

/** Compares the engine with the database, and brings both in line. */
export function createReconciler(options: {
  store: SessionStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release' | 'releaseForgotten'>;
  engine: Pick<Engine, 'list' | 'destroy'>;
  repairs: Repairs;
  logger: Log;
}) {
  const { store, changer, subnets, engine, repairs, logger } = options;

  /** The engine does not answer: nothing can be done in any session until it does. */
  async function engineLost(): Promise<void> {
    for (const row of await store.findInStates(['ready'])) await changer.move(row, 'lose');
  }

  /**
   * One comparison. The rows are read before the engine: so what is ready in them was on the engine
   * when it was asked, or has changed since, and then the compare-and-set lets it be.
   */
  async function compare(): Promise<void> {
    const rows = await store.findHolding();
    const known = new Set(rows.map(({ environmentId }) => environmentId));
    const environments = await engine.list();
    for (const { environmentId } of environments) {
      if (!known.has(environmentId)) await removeOrphan(environmentId);
    }
    const found = new Map(environments.map(({ environmentId, machines }) => [environmentId, machines]));
    for (const row of rows) await repair(row, found.get(row.environmentId ?? '') ?? []);
    await subnets.releaseForgotten();
  }

  /** Removes it, unless its session came after the others were read. */
  async function removeOrphan(environmentId: string): Promise<void> {
    if (await store.findByEnvironment(environmentId)) return;
    logger.warn({ environmentId }, 'An environment without a session was removed.');
    await engine.destroy(environmentId);
    await subnets.release(environmentId);
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
