import type { Clock } from '../clock.ts';
import type { Engine } from '../engine/engine.ts';
import { isLeftover } from './environment-ids.ts';

/** Removes what tests that were killed have left on the engine; how many environments. */
export async function removeLeftovers(
  engine: Pick<Engine, 'list' | 'destroy'>,
  clock: Pick<Clock, 'now'>,
): Promise<number> {
  const left = (await engine.list()).filter(({ environmentId }) => isLeftover(environmentId, clock.now()));
  await Promise.all(left.map(({ environmentId }) => engine.destroy(environmentId)));
  return left.length;
}
