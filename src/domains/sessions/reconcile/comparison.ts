import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import { createReconciler } from './reconciler.ts';
import { createRepairs, createRestartLimit } from './repairs.ts';
import { createRunner } from './runner.ts';
import type { Saves } from '../snapshots/create-saves.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import type { WarmCompare } from '../pool/warm-compare.ts';

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
    onError: (error) => logger.error({ err: error }, 'comparison with the engine failed'),
  });
  return { repairs, engineLost: reconciler.engineLost, wake, flush, stop };
}
