import type { Clock } from '../../../core/clock.ts';
import type { Engine, ProvisionedMachine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { used } from '../lifetime-rules.ts';
import { hasSaved, reason, reasonOf, saveProblemOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionChanges, SessionRow, SessionStore } from '../session-store.ts';
import { isPassing } from './put-away.ts';
import type { SavedStateStore } from './saved-state-store.ts';

/** No progress is shown any more. */
const over = { phase: null, percent: null };

/** A learner can keep the engine in a machine from answering: the machine runs nevertheless. */
function onlyNested(error: unknown): unknown {
  if (isFault(error, 'NESTED_ENGINE_UNAVAILABLE')) return error;
  throw error;
}

export type FailedSave = ReturnType<typeof createFailedSave>;

/**
 * Gives a save up: the session goes on, and what was saved before stands. `onEnded` is called when there
 * is something to tear down, `onGivenUp` in the end: what was copied may be frozen still.
 */
export function createFailedSave(options: {
  store: Pick<SessionStore, 'findAny'>;
  states: Pick<SavedStateStore, 'retire'>;
  changer: SessionChanger;
  engine: Pick<Engine, 'restart' | 'inspect'>;
  clock: Clock;
  logger: Log;
  onEnded: () => void;
  onGivenUp: () => void;
}) {
  const { store, states, changer, engine, clock, logger, onEnded, onGivenUp } = options;

  async function startAgain(row: SessionRow): Promise<ProvisionedMachine[]> {
    return Promise.all(
      row.machines.map(async ({ name, engineId }) => {
        const machineId = engineId ?? '';
        const withoutItsEngine = await engine.restart(machineId).catch(onlyNested);
        const { state, addresses } = await engine.inspect(machineId);
        if (withoutItsEngine && state !== 'running') throw withoutItsEngine;
        return { name, machineId, addresses };
      }),
    );
  }

  async function keep(row: SessionRow, error: unknown): Promise<void> {
    const problem = { ...saveProblemOf(error), ...over };
    let machines: ProvisionedMachine[];
    try {
      machines = await startAgain(row);
    } catch (broken) {
      if (isFault(broken, 'CONTAINER_NOT_FOUND', 'NESTED_ENGINE_UNAVAILABLE')) return lose(row);
      // Its machines are started by a repair, when the engine is back or does it again.
      logger.warn({ err: broken, sessionId: row.id }, 'A session that was not saved does not go on yet.');
      await changer.move(row, 'lose', problem);
      return;
    }
    // The time that it took is not the learner's. Where its end had come, it comes again.
    const life = row.expiresAt > clock.now() ? used(row, clock.now()) : {};
    await changer.move(row, 'keep', { ...problem, ...life }, { machines });
  }

  async function lose(row: SessionRow): Promise<void> {
    await changer.move(row, 'fail', { ...reason('MACHINE_LOST'), endedAt: clock.now(), ...over });
    onEnded();
  }

  /**
   * `ending` are the reason's columns of a session that was to end: where it cannot be saved, it ends,
   * or is what it was when it was saved before. `saving` is the session while it was saved: one that
   * has changed since is left alone, and may be saved anew by now.
   */
  return async function giveUp(
    saving: Pick<SessionRow, 'id' | 'generation'>,
    stateId: string,
    { error, ending }: { error: unknown; ending?: SessionChanges | undefined },
  ): Promise<void> {
    const row = await store.findAny(saving.id);
    logger.warn({ err: error, sessionId: saving.id, savedStateId: stateId }, 'A session could not be saved.');
    if (row?.state === 'saving' && row.generation === saving.generation) {
      if (row.forkOfId !== null && row.savedStateId === stateId) {
        await changer.move(row, 'fail', { ...reasonOf(error), endedAt: clock.now() });
      } else if (ending && !isPassing(error)) {
        const changes = { ...ending, ...saveProblemOf(error), ...over };
        await changer.move(row, hasSaved(row) ? 'fallBack' : 'stop', changes);
        onEnded();
      } else {
        await keep(row, error);
      }
    }
    await states.retire(stateId);
    onGivenUp();
  };
}
