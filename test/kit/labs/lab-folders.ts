import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { describeProblem } from '../../../src/domains/labs/lab-problem.ts';
import type { Lab } from '../../../src/domains/labs/lab.ts';
import { readLab } from '../../../src/domains/labs/reading/read-lab.ts';

const BUNDLED = join(import.meta.dirname, '../../../labs');

/** Text of files by their paths. */
export type Files = Record<string, string>;

/** A folder of labs, removed after the test. Each lab is given as its files. */
export async function labsFolder(t: Test, labs: Record<string, Files>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-labs-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  for (const [slug, files] of Object.entries(labs)) await writeLab(directory, slug, files);
  return directory;
}

/** Writes a lab's files, of text or of bytes. */
export async function writeLab(
  directory: string,
  slug: string,
  files: Record<string, string | Buffer>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, slug, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** A folder with one of the bundled labs. Reading all of them takes a service a second. */
export async function bundledLab(t: Test, slug = 'linux-command-line'): Promise<string> {
  const directory = await labsFolder(t, {});
  await cp(join(BUNDLED, slug), join(directory, slug), { recursive: true });
  return directory;
}

/** The smallest possible lab. */
export function smallLab(title = 'Small'): Files {
  return {
    'lab.yaml': `title: ${JSON.stringify(title)}\nmachines: [{ name: main, image: berth/lab-linux }]\n`,
  };
}

/** The problems of the lab in `folder`, as printed for a lab at labs/x. */
export async function problemsIn(folder: string): Promise<string[]> {
  const read = await readLab(folder);
  return 'problems' in read ? read.problems.map((problem) => describeProblem(problem, 'labs/x')) : [];
}

/** The lab in `folder`, which must be valid. */
export async function labIn(folder: string): Promise<Lab> {
  const read = await readLab(folder);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.lab;
}
