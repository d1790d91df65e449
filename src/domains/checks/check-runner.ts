import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../core/errors.ts';
import type { ImagePins } from '../images/pins/pin.ts';
import type { LabCheck } from '../labs/lab-check.ts';
import { resolvePath } from '../sessions/provisioning/preparing/placing-plan.ts';
import { createMachineProbe } from '../sessions/provisioning/preparing/machine-probe.ts';
import { createKeyedQueue } from '../../core/queue.ts';
import { interrupted, unjudged } from './results/check-verdict.ts';
import type { Judgement } from './results/check-verdict.ts';
import type { CheckPlace } from './check-place.ts';
import { commandScript, judgeCommand } from './kinds/command-check.ts';
import { fileScript, judgeFile } from './kinds/file-check.ts';
import { judgeHttp } from './kinds/http-check.ts';
import { judgeQuiz } from './kinds/quiz-check.ts';
import { judgeScript } from './kinds/script-check.ts';
import { judgeTrusted } from './kinds/trusted-check.ts';
import type { CheckerEngine } from './kinds/trusted-check.ts';
import type { Script } from './scripts/script-command.ts';
import { createScriptRunner } from './scripts/script-runner.ts';

/**
 * Containers of trusted checks at a time in one process, one of a session: each takes up to 512 MiB and a CPU,
 * which starts of sessions do not reckon with. docs/admin.md tells of the two GiB.
 */
const CHECKERS_AT_ONCE = 4;

/** What running checks needs of the engine. */
export type CheckEngine = CheckerEngine & Pick<Engine, 'exec' | 'connect'>;

export type CheckRunner = ReturnType<typeof createCheckRunner>;

/** Runs one check, of whatever kind. */
export function createCheckRunner({
  engine,
  pins,
}: {
  engine: CheckEngine;
  pins: Pick<ImagePins, 'resolve'>;
}) {
  const scripts = createScriptRunner({ engine });
  const queue = createKeyedQueue(CHECKERS_AT_ONCE);
  const probe = createMachineProbe({ engine });

  async function judge(check: LabCheck, place: CheckPlace, signal: AbortSignal): Promise<Judgement> {
    const { machineId, environment } = place;
    const run = (script: Script) => scripts.run(machineId, script, environment, signal);
    switch (check.kind) {
      case 'command':
        return judgeCommand(check, await run(commandScript(check)));
      case 'file': {
        const user = () => probe.user(machineId, place.machineUser, signal);
        const path = await resolvePath(check.file.path, user);
        return judgeFile(check, await run(fileScript(check, path)));
      }
      case 'http':
        return judgeHttp(check, { engine, machineId, signal });
      case 'quiz':
        return judgeQuiz(check, place.answer, place.reader.language);
      case 'trusted':
        return queue.run(
          place.sessionId,
          () => judgeTrusted(check, place, { engine, pins, scripts, signal }),
          signal,
        );
      case 'script':
        break;
    }
    return judgeScript(await run({ ...check, reader: place.reader }));
  }

  return {
    /**
     * Runs the check to its judgement; one that errored where the engine or the machine failed, or
     * `signal` aborted it. Throws only what has no code of the catalogue.
     */
    async run(check: LabCheck, place: CheckPlace, signal: AbortSignal): Promise<Judgement> {
      try {
        return await judge(check, place, signal);
      } catch (error) {
        if (signal.aborted) return interrupted();
        if (isFault(error)) return unjudged(error);
        throw error;
      }
    },
  };
}
