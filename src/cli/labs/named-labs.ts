import { access } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { readSetting } from '../../config/config.ts';
import { isFault } from '../../core/errors.ts';
import { describeProblem } from '../../domains/labs/lab-problem.ts';
import type { LabProblem } from '../../domains/labs/lab-problem.ts';
import type { Lab } from '../../domains/labs/lab.ts';
import { LAB_FILE, readLab, readLabs } from '../../domains/labs/reading/read-lab.ts';

/** The valid labs with a line for each of their warnings, and a line for each problem of the others. */
export interface NamedLabs {
  labs: Lab[];
  warnings: string[];
  problems: { lab: string; line: string }[];
}

/** Reads folders with one or many labs. */
export async function readFolders(folders: readonly string[]): Promise<NamedLabs> {
  const all: NamedLabs = { labs: [], warnings: [], problems: [] };
  for (const folder of folders) {
    const { labs, warnings, problems } = (await isLab(folder))
      ? await readOne(folder)
      : await readAll(folder);
    all.labs.push(...labs);
    all.warnings.push(...warnings);
    all.problems.push(...problems);
  }
  return all;
}

/** Whether the folder contains a lab, valid or not. */
export function isLab(folder: string): Promise<boolean> {
  return access(join(folder, LAB_FILE)).then(
    () => true,
    () => false,
  );
}

async function readOne(folder: string): Promise<NamedLabs> {
  const read = await readLab(resolve(folder));
  if ('lab' in read)
    return { labs: [read.lab], warnings: warningsOf([read.lab], dirname(folder)), problems: [] };
  return { labs: [], warnings: [], problems: toLines(read.problems, dirname(folder)) };
}

async function readAll(folder: string): Promise<NamedLabs> {
  try {
    const { labs: read, problems } = await readLabs(folder);
    const labs = read.map(({ lab }) => lab);
    if (labs.length + problems.length === 0) {
      const line = `${folder}: has neither a ${LAB_FILE} nor a folder that could be a lab`;
      return { labs, warnings: [], problems: [{ lab: folder, line }] };
    }
    return { labs, warnings: warningsOf(labs, folder), problems: toLines(problems, folder) };
  } catch (error) {
    if (isFault(error)) return { labs: [], warnings: [], problems: [{ lab: folder, line: error.message }] };
    throw error;
  }
}

/** Formats problems; `folder` is the parent of the labs' folders. */
function toLines(problems: readonly LabProblem[], folder: string): NamedLabs['problems'] {
  return problems.map((problem) => {
    return { lab: problem.lab, line: describeProblem(problem, join(folder, problem.lab)) };
  });
}

/** Formats the warnings of valid labs; `folder` is the parent of the labs' folders. */
function warningsOf(labs: readonly Lab[], folder: string): string[] {
  return toLines(
    labs.flatMap(({ warnings }) => warnings),
    folder,
  ).map(({ line }) => `${line} (warning)`);
}

/** Returns the default folder of labs, relative to the working directory if it is within it. */
export function labsDirectory(): string {
  const folder = readSetting('labsDir', process.env);
  const path = relative('', folder);
  return path.startsWith('..') ? folder : path || '.';
}
