import { fault } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Page, PageRequest } from '../page.ts';
import { createLabList } from './lab-list.ts';
import type { LabProblem } from './lab-problem.ts';
import { viewOf } from './lab-view.ts';
import type { LabView } from './lab-view.ts';
import type { Lab } from './lab.ts';
import { readLabs } from './read-labs.ts';
import { nameOf } from './versions/kept-versions.ts';
import type { KeptVersions } from './versions/kept-versions.ts';
import type { VersionKey } from './versions/version-store.ts';

/** Former versions kept in memory beside those that were in use at the last reading: for sessions that start at that moment. */
const OLD_VERSIONS_KEPT = 200;

/**
 * The labs that can be used now. For services, which authorise: {@link LabService} is for
 * transports. A lab that has become wrong stays as it was last, over restarts too; one that has
 * left its folder leaves the catalogue, and its versions stay for running sessions.
 */
export interface LabCatalogue {
  /** @throws LAB_NOT_FOUND, LAB_INVALID for one whose folder is wrong and that never was right since the start */
  get(slug: string): Lab;
  /**
   * The lab as it was when a session started on it; as it is now where that is no longer known, or
   * can no longer be read. @throws LAB_NOT_FOUND, LAB_INVALID
   */
  version(slug: string, version: string): Lab;
  /** The lab as everyone may see it. @throws LAB_NOT_FOUND, LAB_INVALID */
  view(slug: string): LabView;
  /** As {@link view}, undefined where there is none. */
  find(slug: string): LabView | undefined;
  /** All labs that can be used now, in no order. */
  all(): readonly Lab[];
  /** By title. Costs as much as the page is long. @throws INPUT_INVALID */
  list(page: PageRequest): Page<LabView>;
  /** What is wrong in the folders, whether an earlier version of the lab is in use or none. */
  problems(): readonly LabProblem[];
  /** Reads all folders again; calls at the same time share one reading. @throws CONFIG_INVALID when there is no folder; then all stays as it was */
  reload(): Promise<void>;
}

/** What one reading brought; replaced whole, so that nobody sees half of it. */
interface Shelf {
  labs: ReadonlyMap<string, { lab: Lab; view: LabView }>;
  list: ReturnType<typeof createLabList>;
  problems: readonly LabProblem[];
}

/** Reads the labs in `directory`. @throws CONFIG_INVALID when there is no such folder */
export async function createLabCatalogue({
  directory,
  versions,
  logger,
}: {
  directory: string;
  versions: KeptVersions;
  logger: Log;
}): Promise<LabCatalogue> {
  const remembered = new Map<string, Lab>();
  let shelf: Shelf = { labs: new Map(), list: createLabList([]), problems: [] };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function load(): Promise<void> {
    const { labs: read, problems } = await readLabs(directory);
    const broken = new Set(problems.map(({ lab }) => lab));
    const present = [...read.map(({ lab }) => lab), ...(await lastRightOf(broken))];
    await versions.note({ read, present });
    const inUse = await versions.inUse();
    await recall(inUse);
    const entries = present.map((lab) => {
      const known = shelf.labs.get(lab.slug);
      return known?.lab.version === lab.version ? known : { lab, view: viewOf(lab) };
    });
    shelf = {
      labs: new Map(entries.map((entry) => [entry.lab.slug, entry])),
      list: createLabList(entries.map(({ view }) => view)),
      problems,
    };
    remember(present, inUse);
    for (const problem of problems) logger.warn({ ...problem }, 'A lab can not be used as its folder is now');
    logger.info({ labs: present.length, problems: problems.length }, 'Labs read');
  }

  /** Labs as they were before they became wrong. */
  async function lastRightOf(broken: ReadonlySet<string>): Promise<Lab[]> {
    if (broken.size === 0) return [];
    const keys = (await versions.present()).filter(({ slug }) => broken.has(slug));
    const labs = keys.map(async (key) => remembered.get(nameOf(key)) ?? versions.read(key));
    return (await Promise.all(labs)).filter((lab) => lab !== undefined);
  }

  /** Reads those of the versions that this process does not know. */
  async function recall(keys: readonly VersionKey[]): Promise<void> {
    for (const key of keys) {
      if (remembered.has(nameOf(key))) continue;
      const lab = await versions.read(key);
      if (lab) remembered.set(nameOf(key), lab);
    }
  }

  /** Keeps the present versions, those in use, and the latest of the others. */
  function remember(present: readonly Lab[], inUse: readonly VersionKey[]): void {
    for (const lab of present) {
      remembered.delete(nameOf(lab));
      remembered.set(nameOf(lab), lab);
    }
    const needed = new Set([...present, ...inUse].map(nameOf));
    const others = [...remembered.keys()].filter((name) => !needed.has(name));
    for (const name of others.slice(0, -OLD_VERSIONS_KEPT)) remembered.delete(name);
  }

  function entry(slug: string) {
    const found = shelf.labs.get(slug);
    if (found) return found;
    const problems = shelf.problems.filter(({ lab }) => lab === slug).length;
    if (problems === 0) throw fault('LAB_NOT_FOUND', { lab: slug });
    throw fault('LAB_INVALID', {
      problem: `its folder has faults (${problems}), which instructors see with labProblems and "berth labs validate" prints.`,
    });
  }

  /** One reading runs; who comes meanwhile may have changed a file since, and shares the next one. */
  function reload(): Promise<void> {
    if (current === undefined) return (current = load().finally(() => (current = undefined)));
    const start = () => ((next = undefined), reload());
    return (next ??= current.then(start, start));
  }

  await reload();
  return {
    get: (slug) => entry(slug).lab,
    version: (slug, version) => remembered.get(nameOf({ slug, version })) ?? entry(slug).lab,
    view: (slug) => entry(slug).view,
    find: (slug) => shelf.labs.get(slug)?.view,
    all: () => [...shelf.labs.values()].map(({ lab }) => lab),
    list: (page) => shelf.list.page(page),
    problems: () => shelf.problems,
    reload,
  };
}
