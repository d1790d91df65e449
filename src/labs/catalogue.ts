import { fault } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Page, PageRequest } from '../page.ts';
import { createLabList } from './lab-list.ts';
import type { LabProblem } from './lab-problem.ts';
import { viewOf } from './lab-view.ts';
import type { LabView } from './lab-view.ts';
import type { Lab } from './lab.ts';
import { readLabs } from './read-labs.ts';

/** Labs of all versions kept in memory beyond the present ones, for the sessions that run on them. */
const OLD_VERSIONS_KEPT = 200;

/**
 * The labs that can be used now. For services, which authorise: {@link LabService} is for
 * transports. A lab that has become wrong stays as it was last; one that has left its folder
 * leaves the catalogue, and its versions stay for running sessions.
 */
export interface LabCatalogue {
  /** @throws LAB_NOT_FOUND, LAB_INVALID for one whose folder is wrong and that never was right since the start */
  get(slug: string): Lab;
  /**
   * The lab as it was when a session started on it; as it is now where that is no longer known,
   * as after a restart. @throws LAB_NOT_FOUND, LAB_INVALID
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
  logger,
}: {
  directory: string;
  logger: Log;
}): Promise<LabCatalogue> {
  const versions = new Map<string, Lab>();
  let shelf: Shelf = { labs: new Map(), list: createLabList([]), problems: [] };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function load(): Promise<void> {
    const { labs, problems } = await readLabs(directory);
    const broken = new Set(problems.map(({ lab }) => lab));
    const kept = [...shelf.labs.values()].map(({ lab }) => lab).filter(({ slug }) => broken.has(slug));
    const present = [...labs, ...kept];
    const entries = present.map((lab) => {
      const known = shelf.labs.get(lab.slug);
      return known?.lab.version === lab.version ? known : { lab, view: viewOf(lab) };
    });
    shelf = {
      labs: new Map(entries.map((entry) => [entry.lab.slug, entry])),
      list: createLabList(entries.map(({ view }) => view)),
      problems,
    };
    remember(entries.map(({ lab }) => lab));
    for (const problem of problems) logger.warn({ ...problem }, 'A lab can not be used as its folder is now');
    logger.info({ labs: present.length, problems: problems.length }, 'Labs read');
  }

  /** Keeps the present versions, and the latest of the old ones. */
  function remember(present: readonly Lab[]): void {
    for (const lab of present) {
      const key = versionKey(lab.slug, lab.version);
      versions.delete(key);
      versions.set(key, lab);
    }
    for (const key of versions.keys()) {
      if (versions.size <= present.length + OLD_VERSIONS_KEPT) break;
      versions.delete(key);
    }
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
    version: (slug, version) => versions.get(versionKey(slug, version)) ?? entry(slug).lab,
    view: (slug) => entry(slug).view,
    find: (slug) => shelf.labs.get(slug)?.view,
    all: () => [...shelf.labs.values()].map(({ lab }) => lab),
    list: (page) => shelf.list.page(page),
    problems: () => shelf.problems,
    reload,
  };
}

function versionKey(slug: string, version: string): string {
  return `${slug} ${version}`;
}
