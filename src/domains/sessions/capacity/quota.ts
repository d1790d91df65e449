import type { Actor } from '../../identity/actor.ts';

/** Whom a quota is for: one learner, or all who do the labs of a course, or one lab. */
export type QuotaSubject = { learner: string } | { course: string } | { lab: string };

/** How much its subject may have at once; what is not set is not bounded. */
export interface Quota {
  subject: QuotaSubject;
  /** Sessions that are begun or on the engine. Of a learner it takes the place of BERTH_SESSION_LIMIT. */
  sessions: number | undefined;
  /** Memory that their machines may use together. */
  memoryBytes: number | undefined;
  /** Most bytes that the saved sessions of a learner take together, in place of BERTH_SAVE_QUOTA_BYTES. */
  savedBytes?: number | undefined;
  updatedAt: Date;
}

/** Use cases of quotas: admins' alone. */
export interface QuotaService {
  /** All there are, by subject. */
  list(actor: Actor | undefined): Promise<Quota[]>;
  /** Sets or replaces the quota of a subject. @throws INPUT_INVALID, USER_NOT_FOUND */
  set(
    actor: Actor | undefined,
    quota: {
      subject: QuotaSubject;
      sessions: number | undefined;
      memory: string | undefined;
      saved?: string | undefined;
    },
  ): Promise<Quota>;
  /** Takes it away; false when there was none. */
  remove(actor: Actor | undefined, subject: QuotaSubject): Promise<boolean>;
}
