import type { Config } from './config.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../core/log.ts';

/** Tells the log at the start whether machines can have engines of their own, as a warning where an admin wants them and they cannot. */
export async function tellNested({
  engine,
  config,
  log,
}: {
  engine: Pick<Engine, 'nestedProblem'>;
  config: Pick<Config, 'nestedDocker'>;
  log: Log;
}): Promise<void> {
  if (config.nestedDocker === 'off') return;
  try {
    const problem = await engine.nestedProblem();
    if (problem === undefined) log.info({}, 'Machines can have a Docker engine of their own.');
    else if (config.nestedDocker === 'on')
      log.warn({ problem }, 'No machine can have a Docker engine of its own.');
    else log.info({ problem }, 'No machine has a Docker engine of its own.');
  } catch (error) {
    log.warn(
      { err: error },
      'Whether machines can have a Docker engine of their own could not be found out.',
    );
  }
}
