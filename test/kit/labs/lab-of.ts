import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Lab } from '../../../src/domains/labs/lab.ts';
import { labIn, labsFolder, problemsIn } from './lab-folders.ts';
import type { Files } from './lab-folders.ts';

/** The lab made of these files. Those in `runnable` are executable. */
export async function labOf(t: Test, files: Files, runnable: string[] = []): Promise<Lab> {
  return labIn(await folderOf(t, files, runnable));
}

/** The problems of these files, each starting with `lab.yaml:`. */
export async function problemsOf(t: Test, files: Files): Promise<string[]> {
  const problems = await problemsIn(await folderOf(t, files, []));
  return problems.map((problem) => problem.replace(/^labs\/x\//, ''));
}

/** A lab whose one step has this check. Its second machine is restricted, and the third has no user either. */
export const labWithCheck = (check: string): Files => ({
  'a.md': 'Do it.',
  'a.sh': 'true\n',
  'lab.yaml': `title: a
machines: [{ name: main, image: x }, { name: locked, image: x, profile: restricted, user: learner }, { name: bare, image: x, profile: restricted }]
steps: [{ id: one, title: One, instructions: a.md, check: { ${check} } }]
`,
});

async function folderOf(t: Test, files: Files, runnable: string[]): Promise<string> {
  const folder = join(await labsFolder(t, { x: files }), 'x');
  for (const path of runnable) await chmod(join(folder, path), 0o755);
  return folder;
}
