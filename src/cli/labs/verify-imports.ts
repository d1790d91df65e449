import { join } from 'node:path';
import { readConfig } from '../../config/config.ts';
import { isFault } from '../../core/errors.ts';
import { isEngineFault } from '../../domains/lab-tests/replay-lab.ts';
import type { StepReplay } from '../../domains/lab-tests/replay-lab.ts';
import type { ImportReport, ScenarioReport } from '../../domains/labs/import/import-report.ts';
import { SCENARIO_FILE } from '../../domains/labs/import/reading/find-scenarios.ts';
import type { Lab } from '../../domains/labs/lab.ts';
import { readLab } from '../../domains/labs/reading/read-lab.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { withLabTests } from './with-lab-tests.ts';
import type { LabTests } from './with-lab-tests.ts';

/**
 * Runs the commands of each imported scenario on the engine, and adds the results of its verify scripts to the
 * report: those that pass before the commands, and those that fail after them. If the command is interrupted, the
 * report says how far each scenario got.
 */
export async function verifyImports(report: ImportReport, { jobs }: { jobs: number }): Promise<void> {
  const imported = report.scenarios.filter(({ outcome }) => outcome.startsWith('imported'));
  if (imported.length === 0) return;
  const config = readConfig(process.env);
  const read = await Promise.all(
    imported.map(async (scenario) => ({ scenario, ...(await readLab(join(report.into, scenario.lab))) })),
  );
  // A lab that is invalid now was changed after the import; it is skipped.
  const found = read.flatMap(({ scenario, ...reading }) =>
    'lab' in reading ? [{ scenario, lab: reading.lab }] : [],
  );
  const labs = found.map(({ lab }) => lab);
  await untilInterrupted((signal) =>
    withLabTests({ config, jobs, labs }, async ({ replay }) => {
      const ends = found.map(({ scenario, lab }) => verifyOne(scenario, lab, { replay, signal }));
      // Wait for all cleanups before the engine's connection closes.
      await Promise.allSettled(ends);
      await Promise.all(ends);
    }),
  );
}

/** Maximum number of attempts for a scenario if the engine fails. */
const MOST_TRIES = 3;

async function verifyOne(
  scenario: ScenarioReport,
  lab: Lab,
  { replay, signal }: { replay: LabTests['replay']; signal: AbortSignal },
): Promise<void> {
  // Without a script check there is nothing to verify.
  if (!lab.steps.some(({ checks }) => checks.some(({ kind }) => kind === 'script'))) return;
  const onStep = (step: StepReplay) => {
    scenario.verified = [...(scenario.verified ?? []), step];
    process.stderr.write(`${scenario.scenario}: ${step.step}: ${step.outcome}\n`);
    const problem = problemOf(step);
    if (problem !== undefined) warn(scenario, `step "${step.step}": ${problem}`);
  };
  const before = { outcome: scenario.outcome, warnings: scenario.warnings.length };
  for (let tries = 1; ; tries += 1) {
    try {
      await replay(lab, onStep, signal);
      return;
    } catch (error) {
      if (signal.aborted) scenario.verifyCutOff = true;
      if (signal.aborted || !isFault(error)) throw error;
      if (!isEngineFault(error) || tries === MOST_TRIES) {
        warn(scenario, `could not be verified: ${error.message}`);
        return;
      }
      process.stderr.write(`${scenario.scenario}: the engine failed, retrying: ${error.message}\n`);
      // A new environment starts with the first step.
      delete scenario.verified;
      scenario.outcome = before.outcome;
      scenario.warnings.length = before.warnings;
    }
  }
}

function problemOf({ outcome, problem, notFound }: StepReplay): string | undefined {
  // Without commands in the text, the learner must do the work.
  if (outcome === 'passed' || outcome === 'unsolved') return undefined;
  if (outcome === 'vacuous') return 'its verify script passes before anything was done';
  const missing = notFound.length === 0 ? '' : `command not found: ${notFound.join(', ')}; `;
  return `its verify script fails after all commands of the text: ${missing}${problem || 'no output'}`;
}

function warn(scenario: ScenarioReport, message: string): void {
  const file = scenario.scenario === '' ? SCENARIO_FILE : `${scenario.scenario}/${SCENARIO_FILE}`;
  scenario.warnings.push({ file, line: undefined, message });
  scenario.outcome = 'imported with warnings';
}
