import { access } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { isFault } from '../errors.ts';
import { describeProblem } from '../labs/lab-problem.ts';
import { LAB_FILE, readLab } from '../labs/read-lab.ts';
import { readLabs } from '../labs/read-labs.ts';
import { labsDirectory } from './labs-directory.ts';

/** `berth labs validate [folder…]`: what is wrong with labs, or with all in a folder; exit code 1 when anything is. */
export const validateCommand = defineCommand({
  meta: { name: 'validate', description: 'Check labs, or all labs in a folder, and print what is wrong.' },
  args: {
    folders: {
      type: 'positional',
      required: false,
      description: 'Folders, each of one lab or of many; BERTH_LABS_DIR, or ./labs, when absent.',
    },
  },
  async run({ args }) {
    const folders = args._.length > 0 ? args._ : [labsDirectory()];
    let valid = 0;
    const lines: string[] = [];
    for (const folder of folders) {
      const report = (await isLab(folder)) ? await validateLab(folder) : await validateAll(folder);
      valid += report.valid;
      lines.push(...report.lines);
    }
    for (const line of lines) process.stderr.write(`${line}\n`);
    process.stdout.write(`${valid} valid, ${lines.length} ${lines.length === 1 ? 'problem' : 'problems'}\n`);
    if (lines.length > 0) process.exitCode = 1;
  },
});

interface Report {
  valid: number;
  lines: string[];
}

async function isLab(folder: string): Promise<boolean> {
  return access(join(folder, LAB_FILE)).then(
    () => true,
    () => false,
  );
}

async function validateLab(folder: string): Promise<Report> {
  const read = await readLab(resolve(folder));
  if ('lab' in read) return { valid: 1, lines: [] };
  const shown = join(dirname(folder), basename(resolve(folder)));
  return { valid: 0, lines: read.problems.map((problem) => describeProblem(problem, shown)) };
}

async function validateAll(folder: string): Promise<Report> {
  try {
    const { labs, problems } = await readLabs(folder);
    if (labs.length + problems.length === 0) {
      return { valid: 0, lines: [`${folder}: has no ${LAB_FILE}, and no folder in it could be a lab`] };
    }
    return {
      valid: labs.length,
      lines: problems.map((problem) => describeProblem(problem, join(folder, problem.lab))),
    };
  } catch (error) {
    if (isFault(error)) return { valid: 0, lines: [error.message] };
    throw error;
  }
}
