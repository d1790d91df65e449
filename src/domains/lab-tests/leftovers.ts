import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { isLeftover, isOfProcess } from './environment-ids.ts';

/** Removes the environments of killed tests from the engine, and returns their number. */
export function removeLeftovers(
  engine: Pick<Engine, 'list' | 'destroy'>,
  clock: Pick<Clock, 'now'>,
): Promise<number> {
  return removeMatching(engine, (environmentId) => isLeftover(environmentId, clock.now()));
}

/** Removes the environments of a process from the engine, and returns their number. */
export function removeEnvironmentsOf(engine: Pick<Engine, 'list' | 'destroy'>, pid: number): Promise<number> {
  return removeMatching(engine, (environmentId) => isOfProcess(environmentId, pid));
}

async function removeMatching(
  engine: Pick<Engine, 'list' | 'destroy'>,
  matches: (environmentId: string) => boolean,
): Promise<number> {
  const found = (await engine.list()).filter(({ environmentId }) => matches(environmentId));
  await Promise.all(found.map(({ environmentId }) => engine.destroy(environmentId)));
  return found.length;
}
