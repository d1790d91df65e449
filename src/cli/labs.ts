import { access } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { isFault } from '../errors.ts';
import { describeProblem } from '../labs/lab-problem.ts';
import { LAB_FILE, readLab } from '../labs/read-lab.ts';
import { readLabs } from '../labs/read-labs.ts';
import { pinsCommand, repinCommand } from './labs-pins.ts';

/** `berth labs validate [folder]`: what is wrong with one lab, or with all in a folder; exit code 1 when anything is. */
const validateCommand = defineCommand({
  meta: { name: 'validate', description: 'Check a lab, or all labs in a folder, and print what is wrong.' },
  args: {
    folder: {
      type: 'positional',
      required: false,
      description: 'Folder of one lab or of all; BERTH_LABS_DIR, or ./labs, when absent.',
    },
  },
  async run({ args }) {
    const folder = args.folder ?? (process.env['BERTH_LABS_DIR'] || 'labs');
    const { valid, lines } = (await isLab(folder)) ? await validateLab(folder) : await validateAll(folder);
    for (const line of lines) process.stderr.write(`${line}\n`);
    process.stdout.write(`${valid} valid, ${lines.length} ${lines.length === 1 ? 'problem' : 'problems'}\n`);
    if (lines.length > 0 || valid === 0) process.exitCode = 1;
  },
});

/** `berth labs`: what authors of labs need. */
export const labsCommand = defineCommand({
  meta: { name: 'labs', description: 'Work on the labs of this installation.' },
  subCommands: { validate: validateCommand, pins: pinsCommand, repin: repinCommand },
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
    return {
      valid: labs.length,
      lines: problems.map((problem) => describeProblem(problem, join(folder, problem.lab))),
    };
  } catch (error) {
    if (isFault(error)) return { valid: 0, lines: [error.message] };
    throw error;
  }
}
