import type { Reason } from '../../../core/errors.ts';
import type { Actor } from '../../identity/actor.ts';
import type { LabProblem } from '../lab-problem.ts';

/** A git repository whose labs are followed. */
export interface LabSource {
  id: string;
  name: string;
  /** Without the password or token in it. */
  address: string;
  /** Branch, tag or whole commit id; undefined for the repository's default branch. */
  ref: string | undefined;
  /** The folder of labs in it, or of one lab; empty for its root. */
  folder: string;
  /** Between two looks for changes. */
  everyMinutes: number;
  state: 'waiting' | 'checking' | 'followed' | 'failed';
  /** The commit whose labs these are. */
  commit: string | undefined;
  checkedAt: Date | undefined;
  changedAt: Date | undefined;
  /** Why the last look failed; its labs are those of the last that did not. */
  reason: Reason | undefined;
  /** What is wrong with labs of `commit`: each is as it was when it was last right, if ever. */
  problems: LabProblem[];
  createdAt: Date;
}

/** What admins say of a repository to follow. */
export interface NewLabSource {
  /** One line of up to 60 characters, its own. */
  name: string;
  /** `https://…`, `ssh://…` or `git@host:path`; may hold a token. */
  address: string;
  ref: string | undefined;
  folder: string | undefined;
  everyMinutes: number | undefined;
}

/** Use cases of the repositories that labs come from, all for admins; changes need the scope "manage". */
export interface LabSourceService {
  /** Those followed for longest first. */
  list(actor: Actor | undefined): Promise<LabSource[]>;
  /** @throws LAB_SOURCE_NOT_FOUND */
  get(actor: Actor | undefined, id: string): Promise<LabSource>;
  /** Begins to follow a repository; answers before it was looked at. @throws INPUT_INVALID */
  add(actor: Actor | undefined, source: NewLabSource): Promise<LabSource>;
  /** Looks at it now: answers at once. @throws LAB_SOURCE_NOT_FOUND */
  check(actor: Actor | undefined, id: string): Promise<LabSource>;
  /** Ends following; its labs leave the catalogue, sessions on them go on. False when there is none. */
  remove(actor: Actor | undefined, id: string): Promise<boolean>;
}
