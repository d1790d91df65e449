import { fault } from '../../core/errors.ts';
import type { LabCheck } from '../labs/lab-check.ts';
import type { Lab, LabStep } from '../labs/lab.ts';
import { cutText } from '../../core/plain-text.ts';
import type { CheckRunner } from './check-runner.ts';
import type { CheckVerdict } from './results/check-verdict.ts';
import type { Answer } from './kinds/quiz-check.ts';
import { stepVerdict } from './results/step-verdict.ts';
import type { StepVerdict } from './results/step-verdict.ts';

/**
 * Maximum stored evidence of an attempt, in bytes, over all of its checks: enough to find a fault, little enough for a
 * database.
 */
const EVIDENCE_KEPT = 64 * 1024;

/** A step to check, with its context. */
export interface StepRun {
  lab: Pick<Lab, 'slug' | 'version' | 'languages' | 'machines'>;
  step: LabStep;
  sessionId: string;
  /** As in {@link CheckContext}. */
  learnerId: string;
  /** Container ids of the machines that its checks use, by name. */
  machines: ReadonlyMap<string, string>;
  /** By question id. */
  answers: ReadonlyMap<string, Answer>;
  /** The learner's language, one of the lab's. */
  language: string;
}

/**
 * Returns the step to check.
 * @throws STEP_NOT_FOUND, STEP_HAS_NO_CHECK
 */
export function stepToCheck(lab: Lab, stepId: string): LabStep {
  const step = lab.steps.find(({ id }) => id === stepId);
  if (!step) throw fault('STEP_NOT_FOUND', { lab: lab.slug, step: stepId });
  if (step.checks.length === 0) throw fault('STEP_HAS_NO_CHECK', { step: stepId });
  return step;
}

/** Returns the names of the machines that a step's checks use. */
export function machinesOf({ checks }: LabStep): string[] {
  return [...new Set(checks.flatMap((check) => (check.kind === 'quiz' ? [] : [check.machine])))];
}

/**
 * Runs a step's checks one after another, so later checks see the effects of earlier ones. Skips the remaining checks
 * when `signal` aborts.
 * @throws only errors without a code
 */
export async function runStep(runner: CheckRunner, run: StepRun, signal: AbortSignal): Promise<StepVerdict> {
  const { checks } = run.step;
  const verdicts: CheckVerdict[] = [];
  for (const check of checks) {
    const { evidence, ...judgement } = await runner.run(check, placeOf(check, run), signal);
    const { id: checkId, kind, weight } = check;
    verdicts.push({
      checkId,
      kind,
      weight,
      ...judgement,
      evidence: cutText(evidence, Math.floor(EVIDENCE_KEPT / checks.length)),
      answered: run.answers.has(checkId),
      explanation: undefined,
    });
    if (signal.aborted) break;
  }
  return stepVerdict(run.step, verdicts);
}

function placeOf(check: LabCheck, { lab, step, sessionId, learnerId, machines, answers, language }: StepRun) {
  const machine = check.kind === 'quiz' ? undefined : lab.machines.find(({ name }) => name === check.machine);
  const user = machine?.user;
  return {
    lab: { slug: lab.slug, version: lab.version },
    sessionId,
    learnerId,
    machineId: machines.get(machine?.name ?? '') ?? '',
    machineUser: user,
    // docs/checks.md lists them for authors.
    environment: {
      BERTH_LAB: lab.slug,
      BERTH_STEP: step.id,
      BERTH_SESSION: sessionId,
      BERTH_LANGUAGE: language,
      ...(user !== undefined && { BERTH_USER: user }),
    },
    answer: answers.get(check.id),
    reader: { languages: lab.languages, language },
  };
}
