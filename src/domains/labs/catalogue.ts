import type { Lab, VersionKey } from './lab.ts';
import { versionName } from './lab.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { createLabList, inTitleOrder } from './reading/lab-list.ts';
import type { LabProblem } from './lab-problem.ts';
import { viewOf } from './lab-view.ts';
import type { LabView } from './lab-view.ts';
import { readLabs } from './reading/read-lab.ts';
import type { KeptVersions } from './versions/kept-versions.ts';
import { FOLDER, UPLOAD } from './versions/version-store.ts';
import type { PresentVersion } from './versions/version-store.ts';

/**
 * The labs that learners can use now. It does not authorise its callers: transports use {@link LabService}.
 * If a lab becomes invalid, its last valid version stays in the catalogue, also after a restart. If a lab's
 * folder is removed, the lab leaves the catalogue, and its versions stay available to running sessions.
 */
export interface LabCatalogue {
  /** @throws LAB_NOT_FOUND; LAB_INVALID if the folder is invalid and no valid version is known */
  get(slug: string): Lab;
  /**
   * Returns the version of the lab that a session started with, or the current version if that one is no
   * longer stored or readable. @throws LAB_NOT_FOUND, LAB_INVALID
   */
  version(slug: string, version: string): Lab;
  /** Returns the public part of the lab. @throws LAB_NOT_FOUND, LAB_INVALID */
  view(slug: string): LabView;
  /**
   * Returns the public part of the lab in the version, or in its present one; undefined if there is no such lab. A version
   * that is no longer stored is the present one.
   */
  find(slug: string, version?: string): LabView | undefined;
  /** All usable labs, in no particular order. */
  all(): readonly Lab[];
  /** Lists labs by title, in a time that depends on the page size only. @throws INPUT_INVALID */
  list(page: PageRequest): Page<LabView>;
  /** The problems of all sources, including those of labs whose earlier version is in use. */
  problems(): readonly LabProblem[];
  /**
   * Reads all folders again and lists the labs of the other sources. Simultaneous calls share one reload.
   * @throws CONFIG_INVALID if the directory is missing; the catalogue then stays unchanged
   */
  reload(): Promise<void>;
}

/** The result of one reload. It is replaced as a whole, so no caller sees a mix of two. */
interface Snapshot {
  labs: ReadonlyMap<string, { lab: Lab; view: LabView }>;
  list: ReturnType<typeof createLabList>;
  problems: readonly LabProblem[];
}

/** Creates the catalogue and reads the labs of all sources. @throws CONFIG_INVALID if `directory` is missing */
export async function createLabCatalogue({
  directory,
  versions,
  sources,
  log,
}: {
  directory: string;
  versions: KeptVersions;
  /** The followed repositories, oldest first. */
  sources: { list(): Promise<{ id: string; name: string; problems: readonly LabProblem[] }[]> };
  log: Log;
}): Promise<LabCatalogue> {
  const remembered = createRememberedLabs({ versions });
  let snapshot: Snapshot = { labs: new Map(), list: createLabList([]), problems: [] };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function load(): Promise<void> {
    const { labs: read, problems: inFolder } = await readLabs(directory);
    await versions.noteFolder(read, new Set(inFolder.map(({ lab }) => lab)));
    for (const { lab } of read) remembered.add(lab);
    const repositories = await sources.list();
    const { chosen, problems: hidden } = chooseLabs(await versions.present(), repositories);
    await remembered.load([...(await versions.inUse()), ...chosen]);
    await versions.forgetUnused();
    const labs = chosen.map((key) => remembered.get(key)).filter((lab) => lab !== undefined);
    const entries = labs.map((lab) => {
      const known = snapshot.labs.get(lab.slug);
      return known?.lab.version === lab.version ? known : { lab, view: viewOf(lab) };
    });
    const problems = [...inFolder, ...repositories.flatMap((each) => each.problems), ...hidden];
    snapshot = {
      labs: new Map(entries.map((entry) => [entry.lab.slug, entry])),
      list: createLabList(entries.map(({ view }) => view)),
      problems,
    };
    for (const problem of problems) log.warn({ ...problem }, 'lab has a problem');
    for (const warning of labs.flatMap(({ warnings }) => warnings))
      log.warn({ ...warning }, 'lab is outdated');
    log.info({ labs: labs.length, problems: problems.length }, 'labs read');
  }

  function entry(slug: string) {
    const found = snapshot.labs.get(slug);
    if (found) return found;
    const problems = snapshot.problems.filter(({ lab }) => lab === slug).length;
    if (problems === 0) throw fault('LAB_NOT_FOUND', { lab: slug });
    throw fault('LAB_INVALID', {
      problem: `its folder has ${problems} ${problems === 1 ? 'problem' : 'problems'}. Instructors see them in labProblems, and "berth labs validate" prints them.`,
    });
  }

  /** Runs one load at a time. A call during a load may follow a later file change, so it waits for the next load. */
  function reload(): Promise<void> {
    if (current === undefined) return (current = load().finally(() => (current = undefined)));
    const start = () => ((next = undefined), reload());
    return (next ??= current.then(start, start));
  }

  await reload();
  return {
    get: (slug) => entry(slug).lab,
    version: (slug, version) => remembered.get({ slug, version }) ?? entry(slug).lab,
    view: (slug) => entry(slug).view,
    find(slug, version) {
      const present = snapshot.labs.get(slug);
      if (version === undefined || present?.lab.version === version) return present?.view;
      const lab = remembered.get({ slug, version });
      return lab ? viewOf(lab) : present?.view;
    },
    all: () => [...snapshot.labs.values()].map(({ lab }) => lab),
    list: (page) => snapshot.list.page(page),
    problems: () => snapshot.problems,
    reload,
  };
}

/** Returns a lab in a version, or else in its present one; undefined if it no longer exists, or is not usable. */
export function usedLab(
  catalogue: Pick<LabCatalogue, 'find' | 'version'>,
  { labSlug, labVersion }: { labSlug: string; labVersion: string | undefined },
): Lab | undefined {
  try {
    const version = labVersion ?? catalogue.find(labSlug)?.version;
    return version === undefined ? undefined : catalogue.version(labSlug, version);
  } catch (error) {
    if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return undefined;
    throw error;
  }
}

/** Lists the labs of a collection, sorted by title as in the catalogue. */
export function labsOfCollection(catalogue: Pick<LabCatalogue, 'all'>, collection: string): string[] {
  const labs = catalogue.all().filter((lab) => lab.collection === collection);
  return inTitleOrder(labs).map(({ slug }) => slug);
}

/** Lists all usable labs, each with the images that its machines and its trusted checks use. */
export function imagesOfLabs(catalogue: Pick<LabCatalogue, 'all'>): { slug: string; images: string[] }[] {
  return catalogue.all().map((lab) => ({
    slug: lab.slug,
    images: [...lab.machines.map(({ image }) => image), ...checkerImages(lab)],
  }));
}

function checkerImages({ steps }: Lab): string[] {
  return steps
    .flatMap(({ checks }) => checks)
    .flatMap((check) => (check.kind === 'trusted' && check.image !== undefined ? [check.image] : []));
}

/** Number of unused versions that stay in memory, for sessions that start during a reload. */
const FORMER_KEPT = 200;

/** Caches current and former versions of labs, which sessions read often. */
function createRememberedLabs({ versions }: { versions: Pick<KeptVersions, 'read'> }) {
  const labs = new Map<string, Lab>();

  return {
    get: (key: VersionKey): Lab | undefined => labs.get(versionName(key)),

    /** Adds a lab that was read from elsewhere. */
    add(lab: Lab): void {
      const name = versionName(lab);
      if (!labs.has(name)) labs.set(name, lab);
    },

    /** Loads the `needed` versions, and evicts the oldest others. */
    async load(needed: readonly VersionKey[]): Promise<void> {
      for (const key of needed) {
        const name = versionName(key);
        const lab = labs.get(name) ?? (await versions.read(key));
        labs.delete(name);
        if (lab) labs.set(name, lab);
      }
      const names = new Set(needed.map(versionName));
      const former = [...labs.keys()].filter((name) => !names.has(name));
      for (const name of former.slice(0, -FORMER_KEPT)) labs.delete(name);
    },
  };
}

/** The sources before all repositories. */
const OWN_SOURCES = [FOLDER, UPLOAD];

/**
 * Chooses one lab for each name: the folder's, then an uploaded one, then that of the oldest repository. The
 * others are reported as problems.
 */
function chooseLabs(
  present: readonly PresentVersion[],
  repositories: readonly { id: string; name: string }[],
): { chosen: PresentVersion[]; problems: LabProblem[] } {
  const names = new Map(repositories.map(({ id, name }) => [id, name]));
  const ranks = new Map(
    [...OWN_SOURCES, ...repositories.map(({ id }) => id)].map((source, rank) => [source, rank]),
  );
  const chosen = new Map<string, PresentVersion>();
  const problems: LabProblem[] = [];
  const known = present.filter(({ source }) => ranks.has(source));
  for (const each of known.toSorted((a, b) => (ranks.get(a.source) ?? 0) - (ranks.get(b.source) ?? 0))) {
    const winner = chosen.get(each.slug);
    if (!winner) chosen.set(each.slug, each);
    else problems.push(hiddenBy(winner, each, (source) => names.get(source) ?? source));
  }
  return { chosen: [...chosen.values()], problems };
}

function hiddenBy(
  winner: PresentVersion,
  hidden: PresentVersion,
  name: (source: string) => string,
): LabProblem {
  const { slug } = hidden;
  const where = winner.source === FOLDER ? 'the folder of labs' : `the source "${name(winner.source)}"`;
  const message = `is hidden by the lab with the same name in ${where}: rename one of them`;
  return { source: name(hidden.source), lab: slug, file: '.', line: undefined, key: undefined, message };
}
