import type { Engine } from '../engine/engine.ts';
import { fault, isFault } from '../errors.ts';
import type { FileCheck, LabCheck } from '../labs/lab-check.ts';
import type { Log } from '../log.ts';
import { createMachineLooks } from '../sessions/preparing/machine-looks.ts';
import { interrupted, unjudged } from './check-verdict.ts';
import type { Judgement } from './check-verdict.ts';
import type { Answer } from './given-answers.ts';
import { commandScript, judgeCommand } from './kinds/command-check.ts';
import { fileScript, judgeFile } from './kinds/file-check.ts';
import { judgeHttp } from './kinds/http-check.ts';
import { judgeQuiz } from './kinds/quiz-check.ts';
import { judgeScript } from './kinds/script-check.ts';
import type { Script } from './script-command.ts';
import { createScriptRunner } from './script-runner.ts';

/** What a check is run on. */
export interface CheckPlace {
  /** The engine's handle of its machine; of no meaning for a question. */
  machineId: string;
  /** The machine's own user, whose home `~` is; undefined for the image's. */
  machineUser: string | undefined;
  /** Variables that scripts and commands find. */
  environment: Record<string, string>;
  /** What a question is answered with. */
  answer: Answer | undefined;
}

export type CheckRunner = ReturnType<typeof createCheckRunner>;

/** Runs one check, of whatever kind. */
export function createCheckRunner({
  engine,
  logger,
}: {
  engine: Pick<Engine, 'exec' | 'connect'>;
  logger: Log;
}) {
  const scripts = createScriptRunner({ engine, logger });
  const looks = createMachineLooks({ engine });

  /** The file's path from the machine's root. */
  async function pathOf({ file: { path } }: FileCheck, place: CheckPlace, signal: AbortSignal) {
    if (!path.startsWith('~/')) return path;
    const { home } = await looks.who(place.machineId, place.machineUser, signal);
    return `${home}${path.slice(1)}`;
  }

  async function judge(check: LabCheck, place: CheckPlace, signal: AbortSignal): Promise<Judgement> {
    const { machineId, environment } = place;
    const run = (script: Script) => scripts.run(machineId, script, environment, signal);
    switch (check.kind) {
      case 'command':
        return judgeCommand(check, await run(commandScript(check)));
      case 'file':
        return judgeFile(check, await run(fileScript(check, await pathOf(check, place, signal))));
      case 'http':
        return judgeHttp(check, { engine, machineId, signal });
      case 'quiz':
        return judgeQuiz(check, place.answer);
      case 'trusted':
        return unjudged(fault('CHECK_NOT_STARTED', { problem: 'this version runs no trusted checks' }));
      case 'script':
        break;
    }
    return judgeScript(await run(check));
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
