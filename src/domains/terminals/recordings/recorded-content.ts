import type { Lab, LabRecording } from '../../labs/lab.ts';
import type { RecordedCollectionStore } from './recorded-collection-store.ts';

/** Terminals of a lab, in an assignment of a course or in self-study. */
export interface RecordedPlace {
  /** Undefined if the lab no longer exists. */
  lab: Pick<Lab, 'collection' | 'recording'> | undefined;
  courseId?: string | null | undefined;
}

/**
 * Returns what is recorded in each place: what the lab asks for, or the output if its collection or the course is recorded;
 * undefined for nothing.
 */
export type RecordedContent = (places: readonly RecordedPlace[]) => Promise<(LabRecording | undefined)[]>;

export function createRecordedContent(options: {
  collections: Pick<RecordedCollectionStore, 'among'>;
  /** Returns the courses of `ids` whose terminals are recorded. */
  recordedCourses: (ids: readonly string[]) => Promise<Set<string>>;
}): RecordedContent {
  const { collections, recordedCourses } = options;

  return async (places) => {
    // The lab's own setting comes first.
    const open = places.filter(({ lab }) => lab && !lab.recording);
    const collectionsOf = new Set(open.flatMap(({ lab }) => lab?.collection ?? []));
    const coursesOf = new Set(open.flatMap(({ courseId }) => courseId ?? []));
    const [inCollection, inCourse] = await Promise.all([
      collectionsOf.size > 0 ? collections.among([...collectionsOf]) : new Set<string>(),
      coursesOf.size > 0 ? recordedCourses([...coursesOf]) : new Set<string>(),
    ]);
    return places.map(({ lab, courseId }) => {
      if (!lab || lab.recording) return lab?.recording;
      const isRecorded = inCollection.has(lab.collection ?? '') || inCourse.has(courseId ?? '');
      return isRecorded ? 'output' : undefined;
    });
  };
}
