import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { Page, PageRequest } from '../page.ts';
import type { LabCatalogue } from './catalogue.ts';
import type { LabProblem } from './lab-problem.ts';
import type { LabView } from './lab-view.ts';

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
}

export function createLabService({ catalogue }: { catalogue: LabCatalogue }): LabService {
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
      await catalogue.reload();
      return catalogue.problems();
    },
  };
}
