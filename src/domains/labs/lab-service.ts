import { fault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { LabCatalogue } from './catalogue.ts';
import { describeProblem } from './lab-problem.ts';
import type { LabProblem } from './lab-problem.ts';
import type { LabView } from './lab-view.ts';
import type { LabReader } from './reading/reader-thread.ts';
import { readLabArchive } from './reading/lab-tar.ts';
import type { KeptVersions } from './versions/kept-versions.ts';

/** Maximum number of problems listed in one error. */
const MOST_PROBLEMS = 20;

/** Use cases of labs. Results contain no scripts of checks. All reads are served from memory. */
export interface LabService {
  /** Returns a lab, for any role with the scope "read". @throws LAB_NOT_FOUND, LAB_INVALID */
  get(actor: Actor | undefined, slug: string): LabView;
  /** Returns a lab in a version, or in its present one; undefined if it is not usable. */
  find(actor: Actor | undefined, slug: string, version?: string): LabView | undefined;
  /** Lists labs by title. @throws INPUT_INVALID */
  list(actor: Actor | undefined, page: PageRequest): Page<LabView>;
  /** Lists the problems of labs, for instructors and admins. */
  problems(actor: Actor | undefined): readonly LabProblem[];
  /** Reads the labs again and lists their problems, for admins with the scope "manage". @throws CONFIG_INVALID */
  reload(actor: Actor | undefined): Promise<readonly LabProblem[]>;
  /**
   * Stores the archive's content as the lab `slug`, for admins with the scope "manage". A lab of the same name in
   * the folder of labs takes precedence while it exists.
   * @throws LAB_INVALID with all problems, and the lab stays unchanged; ARCHIVE_REFUSED
   */
  upload(actor: Actor | undefined, slug: string, archive: () => Promise<Buffer>): Promise<LabVersionView>;
  /**
   * Removes an uploaded lab, for admins with the scope "manage". Its sessions continue. Returns false if there is
   * no such upload.
   */
  removeUploaded(actor: Actor | undefined, slug: string): Promise<boolean>;
}

/** A lab and its content version. */
interface LabVersionView {
  slug: string;
  version: string;
}

export function createLabService({
  catalogue,
  versions,
  readFiles,
  changed,
}: {
  catalogue: LabCatalogue;
  versions: Pick<KeptVersions, 'putUpload' | 'dropUpload'>;
  readFiles: LabReader;
  /** Reloads the catalogue, here and in other processes. */
  changed: () => Promise<void>;
}): LabService {
  return {
    get(actor, slug) {
      requireActor(actor, { scope: 'read' });
      return catalogue.view(slug);
    },

    find(actor, slug, version) {
      requireActor(actor, { scope: 'read' });
      return catalogue.find(slug, version);
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
      const read = await readFiles(slug, await readLabArchive(await archive()));
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
  const lines = problems.slice(0, MOST_PROBLEMS).map((problem) => describeProblem(problem, problem.lab));
  const more = problems.length - lines.length;
  return fault('LAB_INVALID', { problem: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('; ') });
}
