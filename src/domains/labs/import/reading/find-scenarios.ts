import { posix } from 'node:path';
import { z } from 'zod';
import { decodeText, encodingNote } from './decode-text.ts';
import type { ImportNote } from '../import-note.ts';
import { parseLooseJson } from './loose-json.ts';
import { nameFrom } from '../names.ts';
import { pathWithin } from './source-tree.ts';
import type { SourceTree } from './source-tree.ts';

/** The file that makes a folder a scenario, and the one that says what a course consists of. */
export const SCENARIO_FILE = 'index.json';
const COURSE_FILE = 'structure.json';
const PATHWAY = /^(?:.*\/)?([^/]+)-pathway\.json$/;

/** What is in a file of that name, but may be no scenario. */
const SCENARIO_KEY = /["'\s{,](?:backend|details)["']?\s*:/;

/** A folder that is a scenario, and what courses say of it. */
export interface FoundScenario {
  folder: string;
  /** Short name of the first course that it is in. */
  course: string | undefined;
  title: string | undefined;
  description: string | undefined;
  /** Whether the courses have it: those that none lists are not shown by Killercoda either. */
  isListed: boolean;
}

/** What a course may list, and its words: beyond what any does. */
const MOST_ITEMS = 1_000;
const LONGEST_WORDS = 2_000;

/** Problems of courses that are told: in a tree of links one file can be wrong in many places. */
const MOST_PROBLEMS = 1_000;

const words = z.string().max(LONGEST_WORDS);

const text = words.nullish().transform((given) => given?.trim() || undefined);

const structure = z.object({
  items: z.array(z.object({ path: words, title: text, description: text })).max(MOST_ITEMS),
});

const pathway = z.object({
  courses: z.array(z.object({ course_id: words, title: text, description: text })).max(MOST_ITEMS),
});

type Listing = Omit<FoundScenario, 'folder' | 'isListed'>;

/** All scenarios of a tree, those of courses first and in their order; and what is wrong with courses. */
export async function findScenarios(
  tree: SourceTree,
): Promise<{ scenarios: FoundScenario[]; problems: ImportNote[] }> {
  const problems: ImportNote[] = [];
  const found = new Map<string, FoundScenario>();
  const children = childrenOf(tree);
  const listings = await readPathways();

  async function readJson<Shape extends z.ZodType>(
    path: string,
    shape: Shape,
  ): Promise<z.output<Shape> | undefined> {
    const file = await tree.read(path);
    if ('problem' in file) return tell(path, file.problem);
    const decoded = decodeText(file.content);
    if (!decoded) return tell(path, 'is not text: it is left aside');
    const note = encodingNote(decoded);
    if (note !== undefined) tell(path, note);
    const read = shape.safeParse(parseLooseJson(decoded.text).data);
    return read.success ? read.data : tell(path, `${whyNot(read.error)}: it is left aside`);
  }

  function tell(file: string, message: string): undefined {
    if (problems.length > MOST_PROBLEMS) return undefined;
    const isLast = problems.length === MOST_PROBLEMS;
    const told = isLast ? `more than ${MOST_PROBLEMS} problems of courses: the rest is not told` : message;
    problems.push({ file, line: undefined, message: told });
    return undefined;
  }

  async function readPathways(): Promise<Map<string, Listing>> {
    const listed = new Map<string, Listing>();
    for (const path of [...tree.paths].sort()) {
      const [, name] = PATHWAY.exec(path) ?? [];
      if (name === undefined) continue;
      const read = await readJson(path, pathway);
      for (const { course_id: id, title, description } of read?.courses ?? []) {
        const beside = posix.dirname(path);
        const folder = [posix.join(beside, name, id), posix.join(beside, id)].find((place) =>
          tree.paths.has(posix.join(place, SCENARIO_FILE)),
        );
        if (folder !== undefined && !listed.has(folder)) {
          listed.set(folder, { course: nameFrom(name), title, description });
        }
      }
    }
    return listed;
  }

  async function isScenario(folder: string): Promise<boolean> {
    const path = posix.join(folder, SCENARIO_FILE);
    if (!tree.paths.has(path)) return false;
    const file = await tree.read(path);
    const decoded = 'problem' in file ? undefined : decodeText(file.content);
    // The import refuses a file that cannot be read, with the reason.
    return decoded === undefined || SCENARIO_KEY.test(decoded.text);
  }

  /** Takes the folder, or what is in it; `taken` are the folders that were, which courses may list again. */
  async function take(
    folder: string,
    listing: Partial<Listing>,
    pass: { isListed: boolean; taken: Set<string> },
  ): Promise<void> {
    const { isListed, taken } = pass;
    if (taken.has(folder)) return;
    taken.add(folder);
    if (await isScenario(folder)) {
      if (!found.has(folder)) found.set(folder, foundIn(folder, listing, isListed));
      return;
    }
    const path = posix.join(folder, COURSE_FILE);
    const read = isListed && tree.paths.has(path) ? await readJson(path, structure) : undefined;
    for (const { path: item, title, description } of read?.items ?? []) {
      const inner = pathWithin(folder, item)?.replace(/\/$/, '');
      if (inner === undefined || !isThere(inner)) {
        tell(path, `there is no folder "${item}"`);
        continue;
      }
      await take(inner, { title, description, course: nameFrom(folder) || undefined }, pass);
    }
    if (read) return;
    for (const inner of children.get(folder) ?? []) {
      await take(inner, { course: nameFrom(folder) || undefined }, pass);
    }
  }

  function foundIn(folder: string, given: Partial<Listing>, isListed: boolean): FoundScenario {
    const listing = { ...listings.get(folder) };
    return {
      folder,
      isListed,
      course: listing.course ?? given.course,
      title: given.title ?? listing.title,
      description: given.description ?? listing.description,
    };
  }

  function isThere(folder: string): boolean {
    return tree.folders.has(folder) || tree.paths.has(posix.join(folder, SCENARIO_FILE));
  }

  await take('', {}, { isListed: true, taken: new Set() });
  await take('', {}, { isListed: false, taken: new Set() });
  return { scenarios: [...found.values()], problems };
}

/** Why a file is no list of a course, as the end of a sentence. */
function whyNot({ issues }: z.ZodError): string {
  const isLarge = issues.some(({ code }) => code === 'too_big');
  return isLarge
    ? `lists more than ${MOST_ITEMS} scenarios, or has a text of more than ${LONGEST_WORDS} characters`
    : 'is no list of scenarios';
}

/** Folders in folders, by name; numbers in names as numbers. */
function childrenOf(tree: SourceTree): Map<string, string[]> {
  const order = new Intl.Collator('en', { numeric: true });
  const children = new Map<string, string[]>();
  for (const folder of [...tree.folders].sort(order.compare)) {
    if (folder === '') continue;
    const parent = posix.dirname(folder);
    const key = parent === '.' ? '' : parent;
    const beside = children.get(key);
    if (beside) beside.push(folder);
    else children.set(key, [folder]);
  }
  return children;
}
