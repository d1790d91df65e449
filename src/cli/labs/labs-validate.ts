import { defineCommand } from 'citty';
import { labsDirectory } from './labs-directory.ts';
import { readFolders } from './named-labs.ts';

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
    const { labs, problems } = await readFolders(folders);
    for (const { line } of problems) process.stderr.write(`${line}\n`);
    const told = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    process.stdout.write(`${labs.length} valid, ${told}\n`);
    if (problems.length > 0) process.exitCode = 1;
  },
});
