import type { Actor } from '../../identity/actor.ts';

/** The subject of a quota: one learner, all learners of a collection's labs, one lab, or all assignments of a course. */
export type QuotaSubject =
  | { learner: string }
  | { collection: string }
  | { lab: string }
  | { course: string };

/** Limits on what its subject uses at the same time; a limit that is not set is unlimited. */
export interface Quota {
  subject: QuotaSubject;
  /** Sessions that are starting or on the engine. A learner's quota replaces BERTH_SESSION_LIMIT. */
  sessions: number | undefined;
  /** Memory that the machines of all these sessions may use together. */
  memoryBytes: number | undefined;
  /** Limit of a learner's saved sessions together, in bytes. It replaces BERTH_SAVE_QUOTA_BYTES. */
  savedBytes?: number | undefined;
  updatedAt: Date;
}

/** Use cases of quotas, for admins only. */
export interface QuotaService {
  /** Returns all quotas, sorted by subject. */
  list(actor: Actor | undefined): Promise<Quota[]>;
  /** Sets or replaces the quota of a subject. @throws INPUT_INVALID, USER_NOT_FOUND, COURSE_NOT_FOUND */
  set(
    actor: Actor | undefined,
    quota: {
      subject: QuotaSubject;
      sessions: number | undefined;
      memory: string | undefined;
      saved?: string | undefined;
    },
  ): Promise<Quota>;
  /** Removes the quota; false if it does not exist. */
  remove(actor: Actor | undefined, subject: QuotaSubject): Promise<boolean>;
}

const kinds = ['learner', 'collection', 'lab', 'course'] as const;

/** Returns the subject as the database and messages write it, such as `collection:docker-basics`. */
export function formatSubject(subject: QuotaSubject): string {
  const [[kind, name] = []] = Object.entries(subject);
  return `${kind}:${name}`;
}

/** Parses a subject such as `collection:docker-basics`; undefined if the text is not one. */
export function parseSubject(text: string): QuotaSubject | undefined {
  const kind = kinds.find((candidate) => text.startsWith(`${candidate}:`));
  const name = text.slice(text.indexOf(':') + 1);
  return kind && ({ [kind]: name } as unknown as QuotaSubject);
}
