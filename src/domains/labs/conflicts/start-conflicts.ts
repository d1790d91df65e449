import type { KeyProblem } from '../schema/schema-messages.ts';
import type { Written } from '../reading/written.ts';

/** Finds keys of start scripts that have no effect in combination with others. */
export function startConflicts(starts: readonly { entry: Written; path: PropertyKey[] }[]): KeyProblem[] {
  return starts.flatMap(({ entry, path }) => {
    const idle = (key: string, why: string): KeyProblem[] =>
      entry[key] === undefined ? [] : [{ path: [...path, key], message: `must be left out: ${why}` }];
    if (entry.foreground === true) {
      const why = 'with "foreground", the learner\'s own shell runs the script';
      return [...idle('user', why), ...idle('timeout', why), ...idle('background', why)];
    }
    return entry.background === true ? idle('timeout', 'with "background", nothing waits for its end') : [];
  });
}
