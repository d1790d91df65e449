import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../core/errors.ts';
import type { ImagePins } from '../images/pins/pin.ts';
import type { LabCheck } from '../labs/lab-check.ts';
import { resolvePath } from '../sessions/provisioning/preparing/placing.ts';
import { createMachineProbe } from '../sessions/provisioning/preparing/machine-probe.ts';
import { createKeyedQueue } from '../../core/queue.ts';
import { interrupted, unjudged } from './results/check-verdict.ts';
import type { Judgement } from './results/check-verdict.ts';
import type { CheckContext } from './check-context.ts';
import { commandScript, judgeCommand, judgeScript } from './kinds/script-check.ts';
import { fileScript, judgeFile } from './kinds/file-check.ts';
import { judgeHttp } from './kinds/http-check.ts';
import { judgeQuiz } from './kinds/quiz-check.ts';
import { judgeTrusted } from './kinds/trusted-check.ts';
import type { CheckerEngine } from './kinds/trusted-check.ts';
import type { Script } from './script-runner.ts';
import { createScriptRunner } from './script-runner.ts';

/**
 * Maximum number of containers for trusted checks per process; a learner has one at a time. Each takes up to 512 MiB
 * and a CPU, which the capacity for sessions does not include: docs/admin.md mentions the 2 GiB.
 */
const CHECKERS_AT_ONCE = 4;

/** The engine operations that checks use. */
export type CheckEngine = CheckerEngine & Pick<Engine, 'exec' | 'connect'>;

export type CheckRunner = ReturnType<typeof createCheckRunner>;

/** Creates a runner for checks of all kinds. */
export function createCheckRunner({
  engine,
  pins,
}: {
  engine: CheckEngine;
  pins: Pick<ImagePins, 'resolve'>;
}) {
  const scripts = createScriptRunner({ engine });
  const queue = createKeyedQueue({ concurrency: CHECKERS_AT_ONCE });
  const probe = createMachineProbe({ engine });

  async function judge(check: LabCheck, context: CheckContext, signal: AbortSignal): Promise<Judgement> {
    const { machineId, environment } = context;
    const run = (script: Script) => scripts.run(machineId, script, environment, signal);
    switch (check.kind) {
      case 'command':
        return judgeCommand(check, await run(commandScript(check)));
      case 'file': {
        const user = () => probe.user(machineId, context.machineUser, signal);
        const path = await resolvePath(check.file.path, user);
        return judgeFile(check, await run(fileScript(check, path)));
      }
      case 'http':
        return judgeHttp(check, { engine, machineId, signal });
      case 'quiz':
        return judgeQuiz(check, context.answer, context.reader.language);
      case 'trusted':
        return queue.run(
          context.learnerId,
          () => judgeTrusted(check, context, { engine, pins, scripts, signal }),
          signal,
        );
      case 'script':
        break;
    }
    return judgeScript(await run({ ...check, reader: context.reader }));
  }

  return {
    /**
     * Runs the check and returns its judgement. A failure of the engine or the machine, or an abort of `signal`, is an
     * errored judgement.
     * @throws only errors without a code
     */
    async run(check: LabCheck, context: CheckContext, signal: AbortSignal): Promise<Judgement> {
      try {
        return await judge(check, context, signal);
      } catch (error) {
        if (signal.aborted) return interrupted();
        if (isFault(error)) return unjudged(error);
        throw error;
      }
    },
  };
}
