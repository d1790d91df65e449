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

/** Batched reads by key. Resolvers of list elements use them instead of the services. */
export interface Loaders {
  user(id: string): Promise<User | undefined>;
  /** Returns a lab, which is in memory. */
  lab(slug: string): LabView | undefined;
  /** Returns the position of a session in the queue. */
  place(session: string): Promise<QueuePlace | undefined>;
  session(id: string): Promise<Session | undefined>;
  savedState(id: string): Promise<SavedState | undefined>;
  /** Returns the recording of a terminal. */
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
 * Creates the loaders of one operation. They call `actor` for each batch, since the actor of a subscription can change.
 * Each loader is created at its first use, because most operations use none.
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
