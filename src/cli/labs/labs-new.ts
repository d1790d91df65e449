import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defineCommand } from 'citty';
import { fault } from '../../core/errors.ts';
import { newLab } from '../../domains/labs/new-lab.ts';
import { SCHEMA_FILE, labJsonSchema } from '../../domains/labs/schema/json-schema.ts';
import { slugProblem } from '../../domains/labs/reading/read-lab.ts';
import { labsDirectory } from './named-labs.ts';

/** `berth labs new <slug>`: creates a lab, and the schema for editors next to it. */
export const newCommand = defineCommand({
  meta: { name: 'new', description: 'Create a new lab that is valid and works.' },
  args: {
    slug: { type: 'positional', required: true, description: "Name of the lab's folder." },
    in: {
      type: 'string',
      description: 'Folder of labs to create it in. Default: BERTH_LABS_DIR, or ./labs.',
    },
  },
  async run({ args }) {
    const problem = slugProblem(args.slug);
    if (problem !== undefined) throw fault('INPUT_INVALID', { problem: `The slug ${problem}.` });
    const directory = args.in ?? labsDirectory();
    const folder = join(directory, args.slug);
    await createFolder(folder);
    for (const [path, text] of newLab(args.slug)) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      process.stdout.write(`${file}\n`);
    }
    await writeFile(join(directory, SCHEMA_FILE), labJsonSchema());
    process.stdout.write(`\nEdit it, then check it with: berth labs validate ${folder}\n`);
  },
});

/** Creates the lab's folder. @throws INPUT_INVALID if it exists or cannot be created */
async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem =
      code === 'EEXIST'
        ? `The folder "${folder}" already exists. Use another slug, or remove the folder.`
        : `Could not create the folder "${folder}" (${code}).`;
    throw fault('INPUT_INVALID', { problem }, error);
  }
}
