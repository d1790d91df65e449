import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { isLeftover, isOfProcess } from './environment-ids.ts';

/** Removes what tests that were killed have left on the engine; how many environments. */
export function removeLeftovers(
  engine: Pick<Engine, 'list' | 'destroy'>,
  clock: Pick<Clock, 'now'>,
): Promise<number> {
  return removeThose(engine, (environmentId) => isLeftover(environmentId, clock.now()));
}

/** Removes what the test of that process has on the engine; how many environments. */
export function removeEnvironmentsOf(engine: Pick<Engine, 'list' | 'destroy'>, pid: number): Promise<number> {
  return removeThose(engine, (environmentId) => isOfProcess(environmentId, pid));
}

async function removeThose(
  engine: Pick<Engine, 'list' | 'destroy'>,
  is: (environmentId: string) => boolean,
): Promise<number> {
  const there = (await engine.list()).filter(({ environmentId }) => is(environmentId));
  await Promise.all(there.map(({ environmentId }) => engine.destroy(environmentId)));
  return there.length;
}
