import type { LabProgress } from '../../domains/checks/results/attempt.ts';
import type { User } from '../../domains/identity/user.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import type { LabView } from '../../domains/labs/lab-view.ts';
import type { SavedState } from '../../domains/sessions/snapshots/saved-state.ts';
import type { QueuePlace } from '../../domains/sessions/session.ts';
import type { Session } from '../../domains/sessions/session.ts';
import type { Recording } from '../../domains/terminals/recordings/recording.ts';
import { createBatch } from './batch.ts';
import type { GraphqlServices } from './services.ts';

/** Reads by key, batched: what resolvers of elements of a list use instead of the services. */
export interface Loaders {
  user(id: string): Promise<User | undefined>;
  /** Labs are in memory. */
  lab(slug: string): LabView | undefined;
  /** Where a session is in the queue. */
  place(session: string): Promise<QueuePlace | undefined>;
  session(id: string): Promise<Session | undefined>;
  savedState(id: string): Promise<SavedState | undefined>;
  /** The recording of a terminal. */
  recordingOf(terminal: string): Promise<Recording | undefined>;
  courseRecorded(course: string): Promise<boolean>;
  progress(of: { learnerId: string; lab: string }): Promise<LabProgress>;
}

type LoaderServices = Pick<
  GraphqlServices,
  'users' | 'labs' | 'sessions' | 'saves' | 'recordings' | 'checks'
>;

function itself(key: string): string {
  return key;
}

/**
 * Loaders of one operation; `actor` is asked at each batch, since a subscription's may change.
 * Each is made when it is first used: most operations use none.
 */
export function createLoaders(services: LoaderServices, actor: () => Actor | undefined): Loaders {
  const made: Partial<Loaders> = {};
  return {
    user(id) {
      made.user ??= createBatch((ids) => services.users.getMany(actor(), ids), itself);
      return made.user(id);
    },
    lab: (slug) => services.labs.getMany(actor(), [slug])[0],
    session(id) {
      made.session ??= createBatch((ids) => services.sessions.getMany(actor(), ids), itself);
      return made.session(id);
    },
    savedState(id) {
      made.savedState ??= createBatch((ids) => services.saves.getMany(actor(), ids), itself);
      return made.savedState(id);
    },
    place(session) {
      made.place ??= createBatch((ids) => services.sessions.places(actor(), ids), itself);
      return made.place(session);
    },
    recordingOf(terminal) {
      made.recordingOf ??= createBatch((ids) => services.recordings.ofTerminals(actor(), ids), itself);
      return made.recordingOf(terminal);
    },
    courseRecorded(course) {
      made.courseRecorded ??= createBatch(
        (names) => services.recordings.areCoursesRecorded(actor(), names),
        itself,
      );
      return made.courseRecorded(course);
    },
    progress(of) {
      made.progress ??= createBatch(
        (all) => services.checks.progress(actor(), all),
        ({ learnerId, lab }) => `${learnerId}/${lab}`,
      );
      return made.progress(of);
    },
  };
}
