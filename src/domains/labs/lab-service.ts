import { fault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { LabCatalogue } from './catalogue.ts';
import { describeProblem } from './lab-problem.ts';
import type { LabProblem } from './lab-problem.ts';
import type { LabView } from './lab-view.ts';
import { readLabFiles } from './reading/read-lab.ts';
import { readLabArchive } from './sources/lab-archive.ts';
import type { KeptVersions } from './versions/kept-versions.ts';

/** Most problems told in one error. */
const PROBLEMS_TOLD = 20;

/** Use cases of labs. What it gives out holds no scripts of checks. Answers from memory, at once. */
export interface LabService {
  /** Any role, with the scope "read". @throws LAB_NOT_FOUND, LAB_INVALID */
  get(actor: Actor | undefined, slug: string): LabView;
  /** Labs by slug, for batched loading; in the order asked, undefined where there is none that can be used. */
  getMany(actor: Actor | undefined, slugs: readonly string[]): (LabView | undefined)[];
  /** By title. @throws INPUT_INVALID */
  list(actor: Actor | undefined, page: PageRequest): Page<LabView>;
  /** What is wrong in the labs' folders. For instructors and admins. */
  problems(actor: Actor | undefined): readonly LabProblem[];
  /** Reads the folders again and tells what is wrong in them. For admins, with the scope "manage". @throws CONFIG_INVALID */
  reload(actor: Actor | undefined): Promise<readonly LabProblem[]>;
  /**
   * Makes what is in the archive the lab of that name, unless the folder of labs has one, which counts:
   * then it waits for that to go. For admins, with the scope "manage".
   * @throws LAB_INVALID with all that is wrong, and the lab stays as it was; ARCHIVE_REFUSED
   */
  upload(actor: Actor | undefined, slug: string, archive: () => Promise<Buffer>): Promise<LabVersionView>;
  /** Takes an uploaded lab away; sessions on it go on. False when there is none. For admins, with the scope "manage". */
  removeUploaded(actor: Actor | undefined, slug: string): Promise<boolean>;
}

/** Which content a lab has. */
export interface LabVersionView {
  slug: string;
  version: string;
}

export function createLabService({
  catalogue,
  versions,
  changed,
}: {
  catalogue: LabCatalogue;
  versions: Pick<KeptVersions, 'putUpload' | 'dropUpload'>;
  /** Reads the labs again, here and in other processes. */
  changed: () => Promise<void>;
}): LabService {
  return {
    get(actor, slug) {
      requireActor(actor, { scope: 'read' });
      return catalogue.view(slug);
    },

    getMany(actor, slugs) {
      requireActor(actor, { scope: 'read' });
      return slugs.map((slug) => catalogue.find(slug));
    },

    list(actor, page) {
      requireActor(actor, { scope: 'read' });
      return catalogue.list(page);
    },

    problems(actor) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      return catalogue.problems();
    },

    async reload(actor) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      await changed();
      return catalogue.problems();
    },

    async upload(actor, slug, archive) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const read = readLabFiles(slug, await readLabArchive(await archive()));
      if ('problems' in read) throw invalidLab(read.problems);
      await versions.putUpload(read);
      await changed();
      return { slug, version: read.lab.version };
    },

    async removeUploaded(actor, slug) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const removed = await versions.dropUpload(slug);
      if (removed) await changed();
      return removed;
    },
  };
}

function invalidLab(problems: readonly LabProblem[]) {
  const lines = problems.slice(0, PROBLEMS_TOLD).map((problem) => describeProblem(problem, problem.lab));
  const more = problems.length - lines.length;
  return fault('LAB_INVALID', { problem: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('; ') });
}
