import type { QuizCheck } from '../labs/lab-check.ts';
import type { LabScript, LabStep } from '../labs/lab.ts';
import type { CaseSubject } from './lab-case.ts';

/** The subjects of cases, with their names in the report. */
export const machinesSubject: CaseSubject = {
  step: undefined,
  kind: 'lab',
  name: 'has working machines',
};

export function beforeSubject({ id }: LabStep): CaseSubject {
  return { step: id, kind: 'before', name: 'is not passed before it is done' };
}

export function solutionSubject({ id, checks }: LabStep): CaseSubject {
  const name = checks.length > 0 ? 'is passed after its solution' : 'has scripts that run';
  return { step: id, kind: 'solution', name };
}

export function answerSubject({ id }: LabStep, question: QuizCheck): CaseSubject {
  return { step: id, kind: 'wrong', name: `is not passed with a wrong answer to ${question.id}` };
}

/** Returns the subject of an attack; `how` names its script or the common attack. */
export function tamperSubject({ id }: Pick<LabStep, 'id'>, how: string): CaseSubject {
  return { step: id, kind: 'tamper', name: `is not passed by tampering: ${how}` };
}

export function wrongSubject({ id }: LabStep, wrong: LabScript): CaseSubject {
  return { step: id, kind: 'wrong', name: `is not passed in the wrong state ${wrong.name}` };
}
