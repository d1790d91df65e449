import type { KeyProblem } from '../schema/schema-messages.ts';
import { entries } from '../written.ts';

/** A volume within another one would hide part of it. */
export function volumesWithin(machines: unknown): KeyProblem[] {
  return entries(machines).flatMap(({ entry, index }) => {
    const paths = Array.isArray(entry.volumes) ? entry.volumes.map(String) : [];
    return paths.flatMap((path, place): KeyProblem[] => {
      const other = paths.find(
        (one, at) => at < place && (one === path || within(path, one) || within(one, path)),
      );
      if (other === undefined) return [];
      return [
        {
          path: ['machines', index, 'volumes', place],
          message: `must not lie within another one, "${other}"`,
        },
      ];
    });
  });
}

const within = (path: string, folder: string) => path.startsWith(`${folder}/`);
