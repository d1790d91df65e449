import { defaultCheckId } from '../check-id.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import { entries } from '../written.ts';
import type { Written } from '../written.ts';
import { checkConflicts, isRunInMachine } from './check-conflicts.ts';
import { machineReferences, writtenAs } from './machine-references.ts';
import { startConflicts } from './start-conflicts.ts';

/** What does not go together within the steps, or with the machines. */
export function stepConflicts(lab: Written): KeyProblem[] {
  return entries(lab.steps).flatMap(({ entry: step, index }) => {
    const path = ['steps', index];
    const checks = [...writtenAs(step, 'check', path), ...writtenAs(step, 'checks', path)];
    const starts = writtenAs(step, 'start', path);
    const tests = ['solution', 'wrong', 'tamper'].flatMap((key) => writtenAs(step, key, path));
    return [
      ...checkOrChecks(step, path),
      ...repeatedIds(checks, defaultCheckId),
      ...repeatedIds(writtenAs(step, 'hints', path), () => undefined),
      ...checks.flatMap((check) => checkConflicts(check)),
      ...pollConflicts(step, checks, path),
      ...startConflicts(starts),
      ...machineReferences(lab, [
        ...checks.map((check) => ({ ...check, what: isRunInMachine(check.entry) ? 'a check' : undefined })),
        ...starts.map((start) => ({
          ...start,
          what: start.entry.foreground === true ? undefined : 'a start script',
        })),
        ...tests.map((test) => ({ ...test, what: undefined })),
      ]),
    ];
  });
}

function checkOrChecks({ check, checks }: Written, path: PropertyKey[]): KeyProblem[] {
  if (check === undefined || checks === undefined) return [];
  return [{ path: [...path, 'check'], message: 'must be left out where "checks" has them' }];
}

function repeatedIds(
  named: { entry: Written; path: PropertyKey[] }[],
  defaultId: (place: number) => string | undefined,
): KeyProblem[] {
  const seen = new Set<unknown>();
  return named.flatMap(({ entry, path }, place) => {
    const id = entry.id ?? defaultId(place);
    if (typeof id !== 'string') return [];
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ path: [...path, 'id'], message: `"${id}" is used twice: each id must be its own` }];
  });
}

/** A check that nobody presses a button for can ask no question. */
function pollConflicts(step: Written, checks: { entry: Written }[], path: PropertyKey[]): KeyProblem[] {
  if (step.poll === undefined) return [];
  const here = [...path, 'poll'];
  if (checks.length === 0) return [{ path: here, message: 'must be left out: the step has no check' }];
  if (!checks.some(({ entry }) => entry.quiz !== undefined)) return [];
  return [{ path: here, message: 'must be left out: a question waits for its answer' }];
}
