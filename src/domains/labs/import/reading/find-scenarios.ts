import { posix } from 'node:path';
import { z } from 'zod';
import { decodeText, encodingNote, pathWithin } from './scenario-source.ts';
import type { ImportNote } from '../import-note.ts';
import { parseLooseJson } from './loose-json.ts';
import { nameFrom } from '../names.ts';
import type { SourceTree } from './scenario-source.ts';

/** The file that defines a scenario, and the one that defines a course. */
export const SCENARIO_FILE = 'index.json';
const COURSE_FILE = 'structure.json';
const PATHWAY = /^(?:.*\/)?([^/]+)-pathway\.json$/;

/** Keys that mark an index.json as a scenario; other files have the same name. */
const SCENARIO_KEY = /["'\s{,](?:backend|details)["']?\s*:/;

/** The folder of a scenario, with the data from courses. */
export interface FoundScenario {
  folder: string;
  /** Short name of its first course. */
  course: string | undefined;
  title: string | undefined;
  description: string | undefined;
  /** Whether a course lists it. Killercoda does not show unlisted scenarios. */
  isListed: boolean;
}

/** Limits of a course's entries and of its texts, in characters: more than real courses have. */
const MOST_ITEMS = 1_000;
const LONGEST_WORDS = 2_000;

/** Maximum number of reported problems of courses: with links, one file can be invalid at many paths. */
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

/** Finds all scenarios of a tree, those of courses first and in their order, and the problems of courses. */
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
    if ('problem' in file) return report(path, file.problem);
    const decoded = decodeText(file.content);
    if (!decoded) return report(path, 'is not text and is ignored');
    const note = encodingNote(decoded);
    if (note !== undefined) report(path, note);
    const read = shape.safeParse(parseLooseJson(decoded.text).data);
    return read.success ? read.data : report(path, `${invalidReason(read.error)} and is ignored`);
  }

  function report(file: string, message: string): undefined {
    if (problems.length > MOST_PROBLEMS) return undefined;
    const isLast = problems.length === MOST_PROBLEMS;
    const text = isLast
      ? `courses have more than ${MOST_PROBLEMS} problems; the others are omitted`
      : message;
    problems.push({ file, line: undefined, message: text });
    return undefined;
  }

  async function readPathways(): Promise<Map<string, Listing>> {
    const listed = new Map<string, Listing>();
    for (const path of [...tree.paths].sort()) {
      const [, name] = PATHWAY.exec(path) ?? [];
      if (name === undefined) continue;
      const read = await readJson(path, pathway);
      for (const { course_id: id, title, description } of read?.courses ?? []) {
        const parent = posix.dirname(path);
        const folder = [posix.join(parent, name, id), posix.join(parent, id)].find((place) =>
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
    // An unreadable file counts as a scenario, so that the import refuses it with the reason.
    return decoded === undefined || SCENARIO_KEY.test(decoded.text);
  }

  /** Adds the scenarios of a folder. `taken` are the visited folders, because several courses may list one folder. */
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
        report(path, `there is no folder "${item}"`);
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

/** Explains why a file is not a valid list of a course, as the end of a sentence. */
function invalidReason({ issues }: z.ZodError): string {
  const isLarge = issues.some(({ code }) => code === 'too_big');
  return isLarge
    ? `lists more than ${MOST_ITEMS} scenarios, or has a text of more than ${LONGEST_WORDS} characters`
    : 'is not a list of scenarios';
}

/** Maps each folder to its subfolders, sorted by name with numeric order. */
function childrenOf(tree: SourceTree): Map<string, string[]> {
  const order = new Intl.Collator('en', { numeric: true });
  const children = new Map<string, string[]>();
  for (const folder of [...tree.folders].sort(order.compare)) {
    if (folder === '') continue;
    const parent = posix.dirname(folder);
    const key = parent === '.' ? '' : parent;
    const siblings = children.get(key);
    if (siblings) siblings.push(folder);
    else children.set(key, [folder]);
  }
  return children;
}
