import { hintIds } from './hint-ids.ts';
import type { LabMachine, LabStep } from './lab.ts';
import type { LabDocument } from './schema/lab-schema.ts';
import { toCheck } from './to-check.ts';
import { toStepStart, toTestScript } from './to-script.ts';

/** A step of the lab, the `index`th. */
export function toStep(
  step: LabDocument['steps'][number],
  index: number,
  machines: readonly LabMachine[],
): LabStep {
  const { id, title, instructions, check, checks, pass, poll, hints } = step;
  const ids = hintIds(hints);
  const key = (list: string, place: number) => `steps[${index}].${list}[${place}]`;
  return {
    id,
    title,
    instructions,
    start: step.start.map((script, place) => toStepStart(script, key('start', place), machines)),
    checks: (checks ?? (check ? [check] : [])).map((check, place) => toCheck(check, place, machines)),
    pass,
    pollSeconds: poll,
    hints: hints.map(({ text, after, cost }, place) => ({
      id: ids[place] ?? '',
      text,
      afterFailures: after,
      cost,
    })),
    solution: step.solution.map((script, place) => toTestScript(script, key('solution', place), machines)),
    wrong: step.wrong.map((script, place) => toTestScript(script, key('wrong', place), machines)),
    tamper: step.tamper.map((script, place) => toTestScript(script, key('tamper', place), machines)),
  };
}
