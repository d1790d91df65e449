import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../../core/errors.ts';
import type { LabFolder } from './lab-folder.ts';
import type { LabProblem } from '../lab-problem.ts';
import type { Lab } from '../lab.ts';
import { readLab } from './read-lab.ts';

/** Maximum number of labs of one installation: bounds the reading time of a start and the memory. */
const LAB_LIMIT = 5_000;

/** The valid labs of a folder, and the problems of the others. */
export interface LabsReading {
  labs: { lab: Lab; folder: LabFolder }[];
  problems: LabProblem[];
}

/**
 * Reads each folder in `directory` as a lab, except hidden folders. Files are ignored.
 * @throws CONFIG_INVALID if the directory cannot be read
 */
export async function readLabs(directory: string): Promise<LabsReading> {
  const slugs = await foldersIn(directory);
  const reading: LabsReading = { labs: [], problems: [] };
  for (const slug of slugs) {
    const read = await readLab(join(directory, slug)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === undefined) throw error;
      const message = `cannot be read: ${error.code}`;
      return { problems: [{ lab: slug, file: '.', line: undefined, key: undefined, message }] };
    });
    if ('lab' in read) reading.labs.push(read);
    else reading.problems.push(...read.problems);
  }
  return reading;
}

async function foldersIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw fault(
      'CONFIG_INVALID',
      { problem: `Could not read the folder of labs "${directory}" (${error.code}). Check BERTH_LABS_DIR.` },
      error,
    );
  });
  const folders: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    // The admin may link to a lab elsewhere: the content of this folder is trusted.
    const status = entry.isSymbolicLink()
      ? await stat(join(directory, entry.name)).catch(() => entry)
      : entry;
    if (status.isDirectory()) folders.push(entry.name);
  }
  if (folders.length > LAB_LIMIT) {
    throw fault('CONFIG_INVALID', {
      problem: `The folder of labs "${directory}" has more than ${LAB_LIMIT} labs. Check BERTH_LABS_DIR.`,
    });
  }
  return folders.sort();
}
