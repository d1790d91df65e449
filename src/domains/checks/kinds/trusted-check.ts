import { posix } from 'node:path';
import type { Engine } from '../../../engine/engine.ts';
import { COPY_FOLDER, ENGINE_SOCKET } from '../../../engine/engine-checkers.ts';
import { isFault } from '../../../core/errors.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { TrustedCheck } from '../../labs/lab-check.ts';
import type { CheckPlace } from '../check-place.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { copyOfMachine } from '../scripts/machine-copy.ts';
import type { CopiedPath } from '../scripts/machine-copy.ts';
import type { ScriptRunner } from '../scripts/script-runner.ts';
import { judgeScript } from './script-check.ts';

/** For copying what the script is to see, beside its own time, in seconds. */
const COPY_SECONDS = 120;

export type CheckerEngine = Pick<Engine, 'startChecker' | 'removeChecker' | 'copyIn' | 'copyOut'>;

/**
 * Runs a script in a container of its own beside the machine, with a copy of what it is to see of it. No
 * program of the machine has a part in that, so that root in the machine gains nothing.
 * @throws what the engine and the pin of its image throw, CHECK_COPY_LIMIT, or the reason of `signal`
 */
export async function judgeTrusted(
  check: TrustedCheck,
  place: CheckPlace,
  {
    engine,
    pins,
    scripts,
    signal,
  }: {
    engine: CheckerEngine;
    pins: Pick<ImagePins, 'resolve'>;
    scripts: ScriptRunner;
    signal: AbortSignal;
  },
): Promise<Judgement> {
  const { machineId } = place;
  const { script, timeoutSeconds, machine } = check;
  const lifetimeSeconds = timeoutSeconds + COPY_SECONDS;
  const image = await pinnedImage();
  const { engine: asksEngine } = check;
  const { checkerId, uid } = await engine.startChecker(machineId, {
    image,
    engine: asksEngine,
    lifetimeSeconds,
    signal,
  });
  try {
    if (check.paths.length > 0) await engine.copyIn(checkerId, COPY_FOLDER, copyOfMachine(pathsOf(), uid));
    const user = `${uid}:${uid}`;
    const environment = {
      ...place.environment,
      BERTH_HOST: machine,
      ...(asksEngine && { DOCKER_HOST: `unix://${ENGINE_SOCKET}` }),
    };
    const run = { script, user, timeoutSeconds, reader: place.reader };
    return judgeScript(await scripts.run(checkerId, run, environment, signal));
  } finally {
    await engine.removeChecker(checkerId);
  }

  /** Who judges a version of a lab is always the same; Berth's own is of Berth's version. */
  async function pinnedImage(): Promise<string | undefined> {
    const { image } = check;
    if (image === undefined) return undefined;
    return (await pins.resolve({ ...place.lab, images: [image] }, { signal })).get(image);
  }

  /** One after another; what is not there is not in the copy. */
  async function* pathsOf(): AsyncGenerator<CopiedPath> {
    for (const path of check.paths.map((each) => posix.resolve(each))) {
      signal.throwIfAborted();
      try {
        yield { path, tar: await engine.copyOut(machineId, path) };
      } catch (error) {
        if (!isFault(error, 'NOT_FOUND')) throw error;
      }
    }
  }
}
