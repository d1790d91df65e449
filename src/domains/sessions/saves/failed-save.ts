import type { Clock } from '../../../core/clock.ts';
import type { Engine, ProvisionedMachine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { used } from '../lifetime-rules.ts';
import { hasSaved, reason, reasonOf, saveProblemOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionChanges, SessionRow, SessionStore } from '../session-store.ts';
import { isTemporary } from './save-images.ts';
import type { SavedStateStore } from './saved-state-store.ts';

/** Columns without progress. */
const noProgress = { phase: null, percent: null };

/** Tolerates a nested engine that does not answer, which a learner can cause: the machine itself runs. */
function onlyNested(error: unknown): unknown {
  if (isFault(error, 'NESTED_ENGINE_UNAVAILABLE')) return error;
  throw error;
}

export type FailedSave = ReturnType<typeof createFailedSave>;

/**
 * Handles a failed save: the session continues, and an earlier saved state stays. `onEnded` is called when there is
 * something to tear down, and `onGivenUp` at the end: machines that were copied may still be paused.
 */
export function createFailedSave(options: {
  store: Pick<SessionStore, 'findAny'>;
  states: Pick<SavedStateStore, 'retire'>;
  changer: SessionChanger;
  engine: Pick<Engine, 'restart' | 'inspect'>;
  clock: Clock;
  log: Log;
  onEnded: () => void;
  onGivenUp: () => void;
}) {
  const { store, states, changer, engine, clock, log, onEnded, onGivenUp } = options;

  async function restartMachines(row: SessionRow): Promise<ProvisionedMachine[]> {
    return Promise.all(
      row.machines.map(async ({ name, containerId }) => {
        const machineId = containerId ?? '';
        const withoutItsEngine = await engine.restart(machineId).catch(onlyNested);
        const { state, addresses } = await engine.inspect(machineId);
        if (withoutItsEngine && state !== 'running') throw withoutItsEngine;
        return { name, machineId, addresses };
      }),
    );
  }

  async function continueSession(row: SessionRow, error: unknown): Promise<void> {
    const problem = { ...saveProblemOf(error), ...noProgress };
    let machines: ProvisionedMachine[];
    try {
      machines = await restartMachines(row);
    } catch (broken) {
      if (isFault(broken, 'CONTAINER_NOT_FOUND', 'NESTED_ENGINE_UNAVAILABLE')) return failSession(row);
      // A repair starts its machines later.
      log.warn({ err: broken, sessionId: row.id }, 'session not restarted after a failed save');
      await changer.move(row, 'lose', problem);
      return;
    }
    // The time of the save does not count as idle. A session whose end had come ends at the next check.
    const life = row.expiresAt > clock.now() ? used(row, clock.now()) : {};
    await changer.move(row, 'keep', { ...problem, ...life }, { machines });
  }

  async function failSession(row: SessionRow): Promise<void> {
    await changer.move(row, 'fail', { ...reason('MACHINE_LOST'), endedAt: clock.now(), ...noProgress });
    onEnded();
  }

  /**
   * Ends a failed save. `ending` has the columns of the reason if the session was due to end: then it ends, or falls back
   * to its earlier saved state. A session that has changed since `saving` is left unchanged: it may already be saving
   * again.
   */
  return async function giveUp(
    saving: Pick<SessionRow, 'id' | 'generation'>,
    stateId: string,
    { error, ending }: { error: unknown; ending?: SessionChanges | undefined },
  ): Promise<void> {
    const row = await store.findAny(saving.id);
    log.warn({ err: error, sessionId: saving.id, savedStateId: stateId }, 'save failed');
    if (row?.state === 'saving' && row.generation === saving.generation) {
      if (row.forkOfId !== null && row.savedStateId === stateId) {
        await changer.move(row, 'fail', { ...reasonOf(error), endedAt: clock.now() });
      } else if (ending && !isTemporary(error)) {
        const changes = { ...ending, ...saveProblemOf(error), ...noProgress };
        await changer.move(row, hasSaved(row) ? 'fallBack' : 'stop', changes);
        onEnded();
      } else {
        await continueSession(row, error);
      }
    }
    await states.retire(stateId);
    onGivenUp();
  };
}
