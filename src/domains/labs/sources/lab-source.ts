import type { Reason } from '../../../core/errors.ts';
import type { Actor } from '../../identity/actor.ts';
import type { LabProblem } from '../lab-problem.ts';

/** A Git repository whose labs Berth follows. */
export interface LabSource {
  id: string;
  name: string;
  /** Address without its password or token. */
  address: string;
  /** Branch, tag or full commit id; undefined for the repository's default branch. */
  ref: string | undefined;
  /** Path of the folder with labs, or of one lab; empty for the root. */
  folder: string;
  /** Interval of checks for changes. */
  everyMinutes: number;
  state: 'waiting' | 'checking' | 'followed' | 'failed';
  /** The commit of its current labs. */
  commit: string | undefined;
  checkedAt: Date | undefined;
  changedAt: Date | undefined;
  /** Why the last check failed. The labs are then those of the last successful check. */
  reason: Reason | undefined;
  /** Problems of labs at `commit`. The last valid version of each such lab stays in use, if there is one. */
  problems: LabProblem[];
  createdAt: Date;
}

/** Input for a new source. */
export interface NewLabSource {
  /** A unique name of one line, up to 60 characters. */
  name: string;
  /** `https://…`, `ssh://…` or `git@host:path`; may contain a token. */
  address: string;
  ref: string | undefined;
  folder: string | undefined;
  everyMinutes: number | undefined;
}

/** Use cases of lab sources, all for admins. Changes need the scope "manage". */
export interface LabSourceService {
  /** Lists the sources, oldest first. */
  list(actor: Actor | undefined): Promise<LabSource[]>;
  /** Returns a source. @throws LAB_SOURCE_NOT_FOUND */
  get(actor: Actor | undefined, id: string): Promise<LabSource>;
  /** Adds a repository to follow, and returns before its first check. @throws INPUT_INVALID */
  add(actor: Actor | undefined, source: NewLabSource): Promise<LabSource>;
  /** Requests a check, and returns before it runs. @throws LAB_SOURCE_NOT_FOUND */
  check(actor: Actor | undefined, id: string): Promise<LabSource>;
  /** Removes a source. Its labs leave the catalogue, and their sessions continue. Returns false if it is unknown. */
  remove(actor: Actor | undefined, id: string): Promise<boolean>;
}
