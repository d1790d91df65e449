import type { Lab, LabFile, StartScript } from '../../../src/domains/labs/lab.ts';
import { testLab, testMachine } from '../sessions/sessions.ts';

/** A start script in the format of the lab reader. */
export function startScript(script: string, changes: Partial<StartScript> = {}): StartScript {
  return { name: 'start/main.sh', script, user: 'root', timeoutSeconds: 20, background: false, ...changes };
}

/** A lab file in the format of the lab reader. */
export function labFile(from: string, to: string, changes: Partial<LabFile> = {}): LabFile {
  return { from, to, mode: 0o644, owner: 'learner', ...changes };
}

/** A lab of one machine with these files, whose contents are their names, and start scripts. */
export function preparedLab(
  slug: string,
  { files = [], start = [] }: { files?: LabFile[]; start?: StartScript[] },
  changes: Partial<Lab> = {},
): Lab {
  return testLab(slug, {
    machines: [testMachine('main', { user: 'learner', files, start })],
    files: new Map(files.map(({ from }) => [from, Buffer.from(from)])),
    ...changes,
  });
}
