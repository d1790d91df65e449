import { defineCommand } from 'citty';
import { labsDirectory, readFolders } from './named-labs.ts';

/** `berth labs validate [folder…]`: prints the problems of labs. Exits with 1 if there are any. */
export const validateCommand = defineCommand({
  meta: {
    name: 'validate',
    description: 'Validate labs, or all labs in a folder, and print their problems.',
  },
  args: {
    folders: {
      type: 'positional',
      required: false,
      description: 'Folders with one or many labs. Default: BERTH_LABS_DIR, or ./labs.',
    },
  },
  async run({ args }) {
    const folders = args._.length > 0 ? args._ : [labsDirectory()];
    const { labs, problems } = await readFolders(folders);
    for (const { line } of problems) process.stderr.write(`${line}\n`);
    const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    process.stdout.write(`${labs.length} valid, ${count}\n`);
    if (problems.length > 0) process.exitCode = 1;
  },
});
