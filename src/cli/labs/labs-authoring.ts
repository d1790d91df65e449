import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defineCommand } from 'citty';
import { fault } from '../../core/errors.ts';
import { newLab } from '../../domains/labs/new-lab.ts';
import { SCHEMA_FILE, labJsonSchema } from '../../domains/labs/schema/lab-schema.ts';
import { slugProblem } from '../../domains/labs/reading/read-lab.ts';
import { labsDirectory, readFolders } from './named-labs.ts';

/** `berth labs validate [folder…]`: prints the problems and warnings of labs. Exits with 1 if there are problems. */
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
    const { labs, warnings, problems } = await readFolders(folders);
    for (const line of warnings) process.stderr.write(`${line}\n`);
    for (const { line } of problems) process.stderr.write(`${line}\n`);
    const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    process.stdout.write(`${labs.length} valid, ${count}\n`);
    if (problems.length > 0) process.exitCode = 1;
  },
});

/** `berth labs schema`: prints the JSON Schema of lab.yaml. */
export const schemaCommand = defineCommand({
  meta: { name: 'schema', description: 'Print the JSON Schema of lab.yaml, for editors.' },
  run: () => void process.stdout.write(labJsonSchema()),
});

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
