import { posix } from 'node:path';
import type { Engine } from '../../../engine/engine.ts';
import { COPY_FOLDER, ENGINE_SOCKET } from '../../../engine/engine-checkers.ts';
import { isFault } from '../../../core/errors.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { TrustedCheck } from '../../labs/lab-check.ts';
import type { CheckContext } from '../check-context.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { copyOfMachine } from '../scripts/machine-copy.ts';
import type { CopiedPath } from '../scripts/machine-copy.ts';
import type { ScriptRunner } from '../scripts/script-runner.ts';
import { judgeScript } from './script-check.ts';

/** Time to copy the files for the script, in seconds, in addition to the script's own time. */
const COPY_SECONDS = 120;

export type CheckerEngine = Pick<Engine, 'startChecker' | 'removeChecker' | 'copyIn' | 'copyOut'>;

/**
 * Runs a script in its own container next to the machine, on a copy of some of the machine's files. No program of the
 * machine takes part, so root in the machine gains nothing.
 * @throws any error of the engine and of pinning the image, CHECK_COPY_LIMIT, or the reason of `signal`
 */
export async function judgeTrusted(
  check: TrustedCheck,
  context: CheckContext,
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
  const { machineId } = context;
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
      ...context.environment,
      BERTH_HOST: machine,
      ...(asksEngine && { DOCKER_HOST: `unix://${ENGINE_SOCKET}` }),
    };
    const run = { script, user, timeoutSeconds, reader: context.reader };
    return judgeScript(await scripts.run(checkerId, run, environment, signal));
  } finally {
    await engine.removeChecker(checkerId);
  }

  /**
   * Resolves the image to the one pinned for this lab version, so all attempts use the same checker. Berth's own image
   * belongs to Berth's version.
   */
  async function pinnedImage(): Promise<string | undefined> {
    const { image } = check;
    if (image === undefined) return undefined;
    return (await pins.resolve({ ...context.lab, images: [image] }, { signal })).get(image);
  }

  /** Copies the paths one after another, without missing ones. */
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
