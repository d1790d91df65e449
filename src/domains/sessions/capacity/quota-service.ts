import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import { fault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import type { CourseService } from '../../courses/course.ts';
import type { UserService } from '../../identity/user.ts';
import { parseBytes } from '../../../core/units.ts';
import { createQuotaStore } from './quota-store.ts';
import type { QuotaRow } from './quota-store.ts';
import { formatSubject, parseSubject } from './quota.ts';
import type { Quota, QuotaService, QuotaSubject } from './quota.ts';

/** Limit on the number of quotas: each check of the queue reads all of them. */
const MOST_QUOTAS = 1_000;

/** Largest number of sessions in a quota. */
const MOST_SESSIONS = 100_000;

/** Smallest memory in a quota, in bytes: no machine has less. */
const LEAST_MEMORY = 16 * 1024 ** 2;

/** The same format as the slugs of labs. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Creates the use cases of quotas. `onChanged` is called when sessions in the queue may have capacity. */
export function createQuotas(options: {
  database: Database;
  users: Pick<UserService, 'get'>;
  courses: Pick<CourseService, 'get'>;
  clock: Pick<Clock, 'now'>;
  onChanged: () => void;
}): QuotaService {
  const { users, courses, clock, onChanged } = options;
  const store = createQuotaStore(options);

  return {
    async list(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      await store.removeLost();
      return (await store.list(MOST_QUOTAS)).map(viewQuota);
    },

    async set(actor, { subject, sessions, memory, saved }) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      if ('learner' in subject) await users.get(actor, subject.learner);
      else if ('course' in subject) await courses.get(actor, subject.course);
      else requireName(subject);
      const memoryBytes = memory === undefined ? undefined : readMemory(memory);
      const savedBytes = saved === undefined ? undefined : readSaved(saved, subject);
      if (sessions === undefined && memoryBytes === undefined && savedBytes === undefined) {
        throw invalid(
          'A quota limits sessions, memory or saved bytes. Give one of them, or remove the quota.',
        );
      }
      if (
        sessions !== undefined &&
        !(Number.isInteger(sessions) && sessions >= 1 && sessions <= MOST_SESSIONS)
      ) {
        throw invalid(`sessions must be from 1 to ${MOST_SESSIONS}.`);
      }
      await store.removeLost();
      const name = formatSubject(subject);
      const isNew = (await store.of([name])).length === 0;
      if (isNew && (await store.count()) >= MOST_QUOTAS) {
        throw invalid(`There are already ${MOST_QUOTAS} quotas. Remove one first.`);
      }
      const row = await store.set({
        subject: name,
        sessions,
        memoryBytes,
        savedBytes,
        updatedAt: clock.now(),
      });
      onChanged();
      return viewQuota(row);
    },

    async remove(actor, subject) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const removed = await store.remove(formatSubject(subject));
      if (removed) onChanged();
      return removed;
    },
  };
}

function viewQuota({ subject, ...quota }: QuotaRow): Quota {
  const of = parseSubject(subject);
  if (!of) throw new Error(`Quota with the unknown subject "${subject}".`);
  return { subject: of, ...quota };
}

function requireName(subject: { collection: string } | { lab: string }): void {
  const name = 'collection' in subject ? subject.collection : subject.lab;
  if (NAME.test(name)) return;
  throw invalid(
    `"${name}" is not the slug of a collection or lab. Use lower-case letters, digits and hyphens.`,
  );
}

function readMemory(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined && bytes >= LEAST_MEMORY && Number.isSafeInteger(bytes)) return bytes;
  throw invalid('memory must be a size with its unit, such as "4 GiB", of 16 MiB or more.');
}

function readSaved(text: string, subject: QuotaSubject): number {
  if (!('learner' in subject)) throw invalid('saved can only be set for a learner.');
  const bytes = parseBytes(text);
  if (bytes !== undefined && Number.isSafeInteger(bytes)) return bytes;
  throw invalid('saved must be a size with its unit, such as "10 GiB".');
}

const invalid = (problem: string) => fault('INPUT_INVALID', { problem });
