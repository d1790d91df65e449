import type { Engine, EnvironmentStatus } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { createQueue } from '../../../core/queue.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Saves } from '../saves/create-saves.ts';
import type { Repairs } from './repairs.ts';
import { createRepairs, createRestartLimit } from './repairs.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import type { WarmCompare } from '../pool/warm-compare.ts';
import { createRunner } from './runner.ts';

/** Creates the components that make engine and database consistent. `onLost` is called when a session failed. */
export function createComparison(options: {
  store: SessionStore;
  changer: SessionChanger;
  subnets: SubnetStore;
  engine: Engine;
  warm: WarmCompare;
  saves: Pick<Saves, 'isBeingCopied' | 'removeForgotten'>;
  isPausedForDisk: (machine: SessionRow['machines'][number]) => boolean;
  clock: Clock;
  log: Log;
  onLost: () => void;
}) {
  const { saves, clock, log } = options;
  const { isBeingCopied } = saves;
  const repairs = createRepairs({ ...options, limit: createRestartLimit({ clock }), isBeingCopied });
  const reconciler = createReconciler({ ...options, repairs });
  const { wake, flush, stop } = createRunner({
    async work() {
      await reconciler.reconcile();
      await saves.removeForgotten();
    },
    onError: (error) => log.error({ err: error }, 'comparison with the engine failed'),
  });
  return { repairs, engineLost: reconciler.engineLost, wake, flush, stop };
}

/** Repairs at the same time: each starts containers, and the engine also starts sessions meanwhile. */
const REPAIRS_AT_ONCE = 4;

/** Compares the engine with the database, and repairs the differences. */
function createReconciler(options: {
  store: SessionStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release' | 'releaseForgotten'>;
  engine: Pick<Engine, 'list' | 'destroy'>;
  repairs: Repairs;
  warm: WarmCompare;
  log: Log;
}) {
  const { store, changer, subnets, engine, repairs, warm, log } = options;

  /** Marks ready sessions as unreachable, because the engine does not answer. */
  async function engineLost(): Promise<void> {
    for (const row of await store.findInStates(['ready'])) await changer.move(row, 'lose');
  }

  /**
   * Compares once. It reads the rows before the engine: so a session that is ready in them was on the engine then, or has
   * changed since, and the compare-and-set leaves it unchanged. Environments move from the prewarmed ones to sessions,
   * never back. Reading in this order finds each of them.
   */
  async function compare(): Promise<void> {
    const prewarmed = await warm.all();
    const rows = await store.findOnEngine();
    const known = new Set([...prewarmed.map(({ id }) => id), ...rows.map((row) => row.environmentId)]);
    const environments = await engine.list();
    for (const { environmentId } of environments) {
      if (!known.has(environmentId)) await removeOrphan(environmentId);
    }
    const found = new Map(environments.map(({ environmentId, machines }) => [environmentId, machines]));
    await repairAll(rows, found);
    await warm.compare(prewarmed, found);
    await subnets.releaseForgotten();
  }

  /** Removes an environment, unless its row was inserted after the others were read. */
  async function removeOrphan(environmentId: string): Promise<void> {
    if ((await warm.isWarm(environmentId)) || (await store.findByEnvironment(environmentId))) return;
    log.warn({ environmentId }, 'environment without a session removed');
    await engine.destroy(environmentId);
    await subnets.release(environmentId);
  }

  /** Repairs a few sessions at a time, because machines can be slow to start. Stops if the engine does not answer. */
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
      // A session that the engine refuses to repair must not block the others.
      log.error({ err: error, sessionId: row.id }, 'session not repaired; will retry');
    }
  }

  return {
    engineLost,
    /** Compares once; if the engine does not answer, sessions become unreachable. */
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
