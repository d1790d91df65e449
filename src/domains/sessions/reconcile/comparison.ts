import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import { createReconciler } from './reconciler.ts';
import { createRepairs } from './repairs.ts';
import { createRestartLimit } from './restart-limit.ts';
import { createRunner } from './runner.ts';
import type { Saves } from '../snapshots/create-saves.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import type { WarmCompare } from '../pool/warm-compare.ts';

/** What brings the engine and the database in line, put together. `onLost` is called when a session had to be given up. */
export function createComparison(options: {
  store: SessionStore;
  changer: SessionChanger;
  subnets: SubnetStore;
  engine: Engine;
  warm: WarmCompare;
  saves: Pick<Saves, 'isBeingCopied' | 'removeForgotten'>;
  isPausedForDisk: (machine: SessionRow['machines'][number]) => boolean;
  clock: Clock;
  logger: Log;
  onLost: () => void;
}) {
  const { saves, clock, logger } = options;
  const { isBeingCopied } = saves;
  const repairs = createRepairs({ ...options, limit: createRestartLimit({ clock }), isBeingCopied });
  const reconciler = createReconciler({ ...options, repairs });
  const { wake, flush, stop } = createRunner({
    async work() {
      await reconciler.reconcile();
      await saves.removeForgotten();
    },
    onError: (error) => logger.error({ err: error }, 'Engine and database could not be compared.'),
  });
  return { repairs, engineLost: reconciler.engineLost, wake, flush, stop };
}
