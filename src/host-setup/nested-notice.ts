import type { Config } from '../config/config.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../core/log.ts';

/** Logs at the start whether machines can have their own Docker engine: as a warning if the settings require it and it is unavailable. */
export async function logNestedSupport({
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
    if (problem === undefined) log.info({}, 'nested Docker engines are available');
    else if (config.nestedDocker === 'on') log.warn({ problem }, 'nested Docker engines are unavailable');
    else log.info({ problem }, 'nested Docker engines are unavailable');
  } catch (error) {
    log.warn({ err: error }, 'could not check whether nested Docker engines are available');
  }
}
