import { fault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { createLabList } from './reading/lab-list.ts';
import type { LabProblem } from './lab-problem.ts';
import { viewOf } from './lab-view.ts';
import type { LabView } from './lab-view.ts';
import type { Lab } from './lab.ts';
import { chooseLabs } from './sources/choose-labs.ts';
import { readLabs } from './reading/read-labs.ts';
import type { KeptVersions } from './versions/kept-versions.ts';
import { createRememberedLabs } from './versions/remembered-labs.ts';

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
  /** Reads all folders again, and looks which labs of other sources there are; calls at the same time share one reading. @throws CONFIG_INVALID when there is no folder; then all stays as it was */
  reload(): Promise<void>;
}

/** What one reading brought; replaced whole, so that nobody sees half of it. */
interface Shelf {
  labs: ReadonlyMap<string, { lab: Lab; view: LabView }>;
  list: ReturnType<typeof createLabList>;
  problems: readonly LabProblem[];
}

/** Reads the labs in `directory`, and knows those of other sources. @throws CONFIG_INVALID when there is no such folder */
export async function createLabCatalogue({
  directory,
  versions,
  sources,
  logger,
}: {
  directory: string;
  versions: KeptVersions;
  /** The repositories that are followed, those followed for longest first. */
  sources: { list(): Promise<{ id: string; name: string; problems: readonly LabProblem[] }[]> };
  logger: Log;
}): Promise<LabCatalogue> {
  const remembered = createRememberedLabs({ versions });
  let shelf: Shelf = { labs: new Map(), list: createLabList([]), problems: [] };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function load(): Promise<void> {
    const { labs: read, problems: inFolder } = await readLabs(directory);
    await versions.noteFolder(read, new Set(inFolder.map(({ lab }) => lab)));
    for (const { lab } of read) remembered.add(lab);
    const repositories = await sources.list();
    const { chosen, problems: hidden } = chooseLabs(await versions.present(), repositories);
    await remembered.hold([...(await versions.inUse()), ...chosen]);
    await versions.forgetUnused();
    const labs = chosen.map((key) => remembered.get(key)).filter((lab) => lab !== undefined);
    const entries = labs.map((lab) => {
      const known = shelf.labs.get(lab.slug);
      return known?.lab.version === lab.version ? known : { lab, view: viewOf(lab) };
    });
    const problems = [...inFolder, ...repositories.flatMap((each) => each.problems), ...hidden];
    shelf = {
      labs: new Map(entries.map((entry) => [entry.lab.slug, entry])),
      list: createLabList(entries.map(({ view }) => view)),
      problems,
    };
    for (const problem of problems) logger.warn({ ...problem }, 'A lab cannot be used as it is now');
    logger.info({ labs: labs.length, problems: problems.length }, 'Labs read');
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
    version: (slug, version) => remembered.get({ slug, version }) ?? entry(slug).lab,
    view: (slug) => entry(slug).view,
    find: (slug) => shelf.labs.get(slug)?.view,
    all: () => [...shelf.labs.values()].map(({ lab }) => lab),
    list: (page) => shelf.list.page(page),
    problems: () => shelf.problems,
    reload,
  };
}
