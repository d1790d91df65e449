import { dirname, join, posix } from 'node:path';
import { convertScenario } from './convert-scenario.ts';
import type { Conversion, Converted } from './convert-scenario.ts';
import { decodeText, encodingNote, readSourceTree } from './reading/scenario-source.ts';
import { PLAIN_IMAGE } from './needs/environments.ts';
import type { Environment, EnvironmentFor } from './needs/environments.ts';
import { SCENARIO_FILE, findScenarios } from './reading/find-scenarios.ts';
import type { FoundScenario } from './reading/find-scenarios.ts';
import { collectNotes } from './import-note.ts';
import type { ImportReport, ScenarioReport } from './import-report.ts';
import { createNames } from './names.ts';
import { sizeOf } from './lab-draft.ts';
import type { LabDraft } from './lab-draft.ts';
import type { Need } from './needs/needs.ts';
import { readScenario } from './reading/read-scenario.ts';
import type { SourceTree } from './reading/scenario-source.ts';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';

/** Limit of the total size of the labs of one import, in bytes: far more than real repositories need. */
const LABS_LIMIT_BYTES = 1024 * 1024 * 1024;

/** Options of an import. */
export interface ImportOptions {
  /** Folder of the scenarios. */
  folder: string;
  /** Name of the lab if `folder` itself is a scenario. */
  name: string;
  /** Folder of labs. */
  into: string;
  environmentFor: EnvironmentFor;
  /** Replace existing labs. */
  force: boolean;
  /** Import scenarios that no course lists. */
  unlisted: boolean;
  language: string;
  network: Conversion['network'];
  pictureLimit?: Conversion['pictureLimit'];
  commandsOf: Conversion['commandsOf'];
  /** Whether a scenario that runs Docker on the plain image gets the image with an engine. */
  docker: boolean;
  /** Limit of the total size of the labs, for tests. */
  limitBytes?: number;
}

/**
 * Converts each scenario in a folder to a lab. A refused scenario does not affect the others.
 * @throws INPUT_INVALID if the folder cannot be read
 */
export async function importScenarios(
  options: ImportOptions,
): Promise<Pick<ImportReport, 'scenarios' | 'courses'>> {
  const tree = await readSourceTree(options.folder);
  const { scenarios, problems } = await findScenarios(tree);
  const slugOf = createNames();
  const most = options.limitBytes ?? LABS_LIMIT_BYTES;
  const budget = { most, left: most };
  const reports: ScenarioReport[] = [];
  for (const found of scenarios) {
    const lab = slugOf(found.folder || options.name, 'lab');
    reports.push(await importOne(tree, found, lab, { ...options, budget }));
  }
  return { scenarios: reports, courses: problems };
}

async function importOne(
  tree: SourceTree,
  found: FoundScenario,
  lab: string,
  options: ImportOptions & { budget: { most: number; left: number } },
): Promise<ScenarioReport> {
  const notes = collectNotes();
  const { refusals, warnings } = notes;
  const report = { scenario: found.folder, lab, course: found.course, refusals, warnings };
  if (!found.isListed && !options.unlisted) return { ...report, outcome: 'left out' };
  const converted = await convert(tree, found, lab, { options, notes });
  const draft = converted?.draft && fitting(converted.draft);
  if (draft && !(await putLab(draft, { into: options.into, slug: lab, force: options.force }))) {
    notes.refuse(`the lab "${lab}" already exists; --force replaces it`, { file: indexOf(found) });
  }
  if (refusals.length > 0 || !converted) return { ...report, outcome: 'refused' };
  const { needs, image } = converted;
  const isPlain = image === PLAIN_IMAGE && needs.length === 0;
  const outcome = warnings.length > 0 ? 'imported with warnings' : 'imported';
  return { ...report, outcome, image, needs, isPlain };

  /** Returns the draft if it fits. With links, a small repository can contain a large scenario many times. */
  function fitting(draft: LabDraft): LabDraft | undefined {
    const bytes = sizeOf(draft);
    const { budget } = options;
    if (bytes <= budget.left) {
      budget.left -= bytes;
      return draft;
    }
    const message = `the labs of this import would exceed ${Math.floor(budget.most / 1024 / 1024)} MiB in total; import a part of it`;
    notes.refuse(message, { file: indexOf(found) });
    return undefined;
  }
}

async function convert(
  tree: SourceTree,
  found: FoundScenario,
  slug: string,
  { options, notes }: { options: ImportOptions; notes: Conversion['notes'] },
) {
  const file = indexOf(found);
  const index = await tree.read(file);
  if ('problem' in index) return notes.refuse(index.problem, { file });
  const decoded = decodeText(index.content);
  if (!decoded) return notes.refuse('is not text', { file });
  const note = encodingNote(decoded);
  if (note !== undefined) notes.warn(note, { file });
  const read = readScenario(file, decoded.text, notes);
  if (!read) return undefined;
  const { scenario, lineOf } = read;
  const placeOf = (path: PropertyKey[]) => ({ file, line: lineOf(path) });
  const environment = options.environmentFor(scenario.imageid);
  if ('refuse' in environment) {
    const message = `backend.imageid: "${scenario.imageid}" ${environment.refuse}`;
    return notes.refuse(message, placeOf(['backend', 'imageid']));
  }
  const conversion = {
    slug,
    folder: found.folder,
    tree,
    scenario: {
      ...scenario,
      title: found.title ?? scenario.title,
      description: found.description ?? scenario.description,
    },
    placeOf,
    collection: found.course,
    language: options.language,
    network: options.network,
    pictureLimit: options.pictureLimit,
    commandsOf: options.commandsOf,
  };
  const first = collectNotes();
  const plain = await convertScenario({ ...conversion, environment, notes: first });
  const engine = engineFor(plain, environment, options);
  if (!engine) {
    for (const { message, file, line } of first.refusals) notes.refuse(message, { file, line });
    for (const { message, file, line } of first.warnings) notes.warn(message, { file, line });
    return { ...plain, image: environment.image };
  }
  const message = `runs "${engine.need.command}", so its lab uses ${engine.image} with a Docker engine and without root; --no-docker keeps ${environment.image}`;
  notes.warn(message, engine.need.place);
  const converted = await convertScenario({ ...conversion, environment: engine, notes });
  return { ...converted, image: engine.image };
}

/** Returns the environment with a Docker engine, for a scenario that runs Docker on Berth's plain image. */
function engineFor(
  { needs }: Converted,
  { image }: Environment,
  { docker, environmentFor }: ImportOptions,
): (Environment & { need: Need }) | undefined {
  const need = needs.find(({ kind }) => kind === 'docker');
  if (!docker || !need || image !== PLAIN_IMAGE) return undefined;
  const engine = environmentFor('docker');
  return 'refuse' in engine ? undefined : { ...engine, need };
}

function indexOf({ folder }: FoundScenario): string {
  return posix.join(folder, SCENARIO_FILE);
}

/**
 * Writes a lab into a folder of labs atomically. Returns false, and changes nothing, if the lab exists and `force`
 * is not set.
 */
async function putLab(
  draft: LabDraft,
  { into, slug, force }: { into: string; slug: string; force: boolean },
): Promise<boolean> {
  const target = join(into, slug);
  const isThere = await exists(target);
  if (isThere && !force) return false;
  // Hidden folders are not labs. Leftovers of an interrupted import are removed first.
  const fresh = join(into, `.importing-${slug}`);
  const former = join(into, `.replacing-${slug}`);
  for (const leftover of [fresh, former]) await rm(leftover, { recursive: true, force: true });
  for (const [path, content] of draft.files) {
    const file = join(fresh, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: draft.runnable.has(path) ? 0o755 : 0o644 });
  }
  if (isThere) await rename(target, former);
  await rename(fresh, target);
  await rm(former, { recursive: true, force: true });
  return true;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
