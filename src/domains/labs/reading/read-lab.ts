import { basename } from 'node:path';
import { findConflicts } from '../conflicts/lab-conflicts.ts';
import { readLabFolder } from './lab-folder.ts';
import type { LabFolder } from './lab-folder.ts';
import { describeProblem, writeKey } from '../lab-problem.ts';
import type { LabProblem } from '../lab-problem.ts';
import { languagesOf } from '../schema/language-schema.ts';
import { labSchema } from '../schema/lab-schema.ts';
import { createPictureBudget } from '../schema/picture-budget.ts';
import { parseLabYaml } from './lab-yaml.ts';
import { explainIssue } from '../schema/schema-messages.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import type { Lab } from '../lab.ts';
import { slugProblem } from '../slug.ts';
import { toLab } from './to-lab.ts';
import { entries, isMapping } from './written.ts';

/** The file that describes a lab. */
export const LAB_FILE = 'lab.yaml';

/** Most problems told of one lab: who has more mends these first. */
const PROBLEM_LIMIT = 100;

/** A lab with what it was read from, or all that keeps it from being one. */
export type LabReading = { lab: Lab; folder: LabFolder } | { problems: LabProblem[] };

/** Reads and validates the lab in `folder`. Throws only when the folder itself cannot be read. */
export async function readLab(folder: string): Promise<LabReading> {
  return readLabFiles(basename(folder), await readLabFolder(folder));
}

/** Validates the lab `slug` of these files, wherever they came from. Pure. */
export function readLabFiles(slug: string, content: LabFolder): LabReading {
  const problems: LabProblem[] = [];
  const told = new Set<string>();
  const tell: Tell = (message, { file, line, key }) => {
    const problem = { lab: slug, file, line, key: key || undefined, message };
    // A page of several steps, or one text for all languages, has its problems once.
    const words = describeProblem(problem, '');
    if (!told.has(words)) problems.push(problem);
    told.add(words);
  };

  const wrongName = slugProblem(slug);
  if (wrongName !== undefined) tell(`the folder's name ${wrongName}`, { file: '.' });
  for (const [file, message] of content.refused) tell(message, { file });
  // A folder too large was not read to its end: what seems to be missing may be there.
  const lab = content.refused.has('.') ? undefined : readDocument(slug, content, tell);
  if (lab && problems.length === 0) return { lab, folder: content };
  return { problems: problems.slice(0, PROBLEM_LIMIT) };
}

type Tell = (message: string, place: { file: string; line?: number | undefined; key?: string }) => void;

function readDocument(slug: string, content: LabFolder, tell: Tell): Lab | undefined {
  const source = content.files.get(LAB_FILE);
  if (!source) {
    if (!content.refused.has(LAB_FILE)) tell('is not there: it describes the lab', { file: LAB_FILE });
    return undefined;
  }
  const yaml = parseLabYaml(source.toString('utf8'));
  for (const { line, message } of yaml.problems) tell(message, { file: LAB_FILE, line });
  if (yaml.problems.length > 0) return undefined;

  const written = {
    ...content,
    languages: languagesOf(yaml.data),
    machines: machineNames(yaml.data),
    pictures: createPictureBudget(),
  };
  const read = labSchema(written).safeParse(yaml.data);
  const keyProblems = together(
    (read.error?.issues ?? []).flatMap((issue) => explainIssue(issue, yaml.data)),
    findConflicts(yaml.data),
  );
  for (const { path, message, at, file, line } of keyProblems
    .map((problem) => ({ ...problem, at: yaml.lineOf(problem.path) }))
    .sort((one, other) => one.at - other.at)) {
    if (file === undefined) tell(message, { file: LAB_FILE, line: at, key: writeKey(path) });
    else tell(message, { file, line });
  }
  return read.success && keyProblems.length === 0
    ? toLab(slug, content.version, written, read.data)
    : undefined;
}

/** Names of the lab's machines, as far as they can be understood. */
function machineNames(data: unknown): string[] {
  const machines = isMapping(data) ? entries(data.machines) : [];
  return machines.flatMap(({ entry: { name } }) => (typeof name === 'string' ? [name] : []));
}

/** Both, but of two problems of one key only the conflict, which knows more. */
function together(issues: KeyProblem[], conflicts: KeyProblem[]): KeyProblem[] {
  const known = new Set(conflicts.map(({ path }) => writeKey(path)));
  return [...issues.filter(({ path }) => !known.has(writeKey(path))), ...conflicts];
}
