import { fault } from '../errors.ts';
import type { ScriptCheck } from '../labs/lab-check.ts';
import type { Lab } from '../labs/lab.ts';

/** A step's check with what its script is told. */
export interface StepCheck {
  /** Of the step. */
  id: string;
  check: ScriptCheck;
  /** Variables that the script finds; docs/lab-authoring.md lists them for authors. */
  environment: Record<string, string>;
}

/** The check of a step in a session. @throws STEP_NOT_FOUND, STEP_HAS_NO_CHECK */
export function checkOf(lab: Lab, stepId: string, sessionId: string): StepCheck {
  const step = lab.steps.find(({ id }) => id === stepId);
  if (!step) throw fault('STEP_NOT_FOUND', { lab: lab.slug, step: stepId });
  const check = step.checks.find(({ kind }) => kind === 'script');
  if (check?.kind !== 'script') throw fault('STEP_HAS_NO_CHECK', { step: stepId });
  const machine = lab.machines.find(({ name }) => name === check.machine);
  return {
    id: stepId,
    check,
    environment: {
      BERTH_LAB: lab.slug,
      BERTH_STEP: stepId,
      BERTH_SESSION: sessionId,
      ...(machine?.user !== undefined && { BERTH_USER: machine.user }),
    },
  };
}
