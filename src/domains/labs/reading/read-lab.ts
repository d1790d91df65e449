import { basename, join } from 'node:path';
import { readdir, stat } from 'node:fs/promises';
import { fault } from '../../../core/errors.ts';
import { findConflicts } from '../conflicts/lab-conflicts.ts';
import { readLabFolder } from './lab-folder.ts';
import type { LabFolder } from './lab-folder.ts';
import { describeProblem, writeKey } from '../lab-problem.ts';
import type { LabProblem } from '../lab-problem.ts';
import { languagesOf, labSchema } from '../schema/lab-schema.ts';
import { createPageReader, createPictureBudget } from './pages.ts';
import { parseLabYaml, entries, isMapping } from './lab-yaml.ts';
import { explainIssue } from '../schema/schema-messages.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import type { Lab } from '../lab.ts';
import { createPatternReader } from '../pattern.ts';
import { renameOldKeys } from './old-keys.ts';
import { toLab } from './to-lab.ts';

/** The file that describes a lab. */
export const LAB_FILE = 'lab.yaml';

const KIB = 1024;

/**
 * Largest lab.yaml, in bytes: ten times what people write, because long texts and scripts are separate files. Parsing
 * it takes up to a second.
 */
export const LAB_FILE_LIMIT_BYTES = 128 * KIB;

/** Maximum number of problems reported for one lab. */
const PROBLEM_LIMIT = 100;

/** A lab with the folder it was read from, or the problems that make it invalid. */
export type LabReading = { lab: Lab; folder: LabFolder } | { problems: LabProblem[] };

/** Reads and validates the lab in `folder`. Throws only if the folder cannot be read. */
export async function readLab(folder: string): Promise<LabReading> {
  return readLabFiles(basename(folder), await readLabFolder(folder));
}

/** Validates a lab from its files, which can come from any source. Pure. */
export function readLabFiles(slug: string, content: LabFolder): LabReading {
  const problems: LabProblem[] = [];
  const reported = new Set<string>();
  const report: Report = (message, { file, line, key }) => {
    const problem = { lab: slug, file, line, key: key || undefined, message };
    // A page that several steps or languages share reports its problems once.
    const text = describeProblem(problem, '');
    if (!reported.has(text)) problems.push(problem);
    reported.add(text);
  };

  const wrongName = slugProblem(slug);
  if (wrongName !== undefined) report(`the folder's name ${wrongName}`, { file: '.' });
  for (const [file, message] of content.refused) report(message, { file });
  // A folder that is too large was not read completely, so files may only seem to be missing.
  const lab = content.refused.has('.') ? undefined : readDocument(slug, content, report);
  if (lab && problems.length === 0) return { lab, folder: content };
  return { problems: problems.slice(0, PROBLEM_LIMIT) };
}

type Report = (message: string, place: { file: string; line?: number | undefined; key?: string }) => void;

function readDocument(slug: string, content: LabFolder, report: Report): Lab | undefined {
  const source = content.files.get(LAB_FILE);
  if (!source) {
    if (!content.refused.has(LAB_FILE)) report('is missing: it describes the lab', { file: LAB_FILE });
    return undefined;
  }
  if (source.length > LAB_FILE_LIMIT_BYTES) {
    const size = `${Math.ceil(source.length / KIB)} KiB, and the limit is ${LAB_FILE_LIMIT_BYTES / KIB} KiB`;
    report(`has ${size}: move long texts and scripts to separate files`, { file: LAB_FILE });
    return undefined;
  }
  const yaml = parseLabYaml(source.toString('utf8'));
  for (const { line, message } of yaml.problems) report(message, { file: LAB_FILE, line });
  if (yaml.problems.length > 0) return undefined;

  const written = {
    ...content,
    languages: languagesOf(yaml.data),
    machines: machineNames(yaml.data),
    pictures: createPictureBudget(),
    readPage: createPageReader(),
    readPattern: createPatternReader(),
  };
  const { data, warnings, inFile } = renameOldKeys(yaml.data);
  const read = labSchema(written).safeParse(data);
  const issues = read.error?.issues ?? [];
  // Conflicts are searched for in lists of the allowed length only, which takes little time.
  const isTooLarge = issues.some(({ code }) => code === 'too_big');
  const keyProblems = merge(
    issues.flatMap((issue) => explainIssue(issue, data)),
    isTooLarge ? [] : findConflicts(data, written.readPattern),
  );
  for (const { path, message, at, file, line } of keyProblems
    .map((problem) => ({ ...problem, path: inFile(problem.path) }))
    .map((problem) => ({ ...problem, at: yaml.lineOf(problem.path) }))
    .sort((one, other) => one.at - other.at)) {
    if (file === undefined) report(message, { file: LAB_FILE, line: at, key: writeKey(path) });
    else report(message, { file, line });
  }
  if (!read.success || keyProblems.length > 0) return undefined;
  return {
    ...toLab(slug, content.version, written, read.data),
    warnings: warnings.map(({ path, message }) => ({
      lab: slug,
      file: LAB_FILE,
      line: yaml.lineOf(path),
      key: writeKey(path),
      message,
    })),
  };
}

/** Lists the valid names of machines in unvalidated data. */
function machineNames(data: unknown): string[] {
  const machines = isMapping(data) ? entries(data.machines) : [];
  return machines.flatMap(({ entry: { name } }) => (typeof name === 'string' ? [name] : []));
}

/** Merges both lists. If both report the same key, only the conflict is kept, because it says more. */
function merge(issues: KeyProblem[], conflicts: KeyProblem[]): KeyProblem[] {
  const known = new Set(conflicts.map(({ path }) => writeKey(path)));
  return [...issues.filter(({ path }) => !known.has(writeKey(path))), ...conflicts];
}

/** A slug is part of URLs and of container names. */
const rule = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Longest slug, in characters: the longest label of a host name. */
const LONGEST_SLUG = 63;

/** Explains why `slug` cannot name a lab's folder; undefined for a valid one. */
export function slugProblem(slug: string): string | undefined {
  if (rule.test(slug) && slug.length <= LONGEST_SLUG) return undefined;
  return `must have up to ${LONGEST_SLUG} lower-case letters, digits and hyphens, such as "first-steps"`;
}

/** Maximum number of labs of one installation: bounds the reading time of a start and the memory. */
const LAB_LIMIT = 5_000;

/** The valid labs of a folder, and the problems of the others. */
interface LabsReading {
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
