import { fault } from '../../../core/errors.ts';
import type { QuotaSubject } from '../../../domains/sessions/admission/quota.ts';
import { fromGlobalId } from '../base/global-id.ts';

/** Whose quota an input speaks of. @throws INPUT_INVALID unless that is exactly one */
export function subjectOf(input: {
  learner?: string | null | undefined;
  course?: string | null | undefined;
  lab?: string | null | undefined;
}): QuotaSubject {
  const { learner, course, lab } = input;
  const subjects: QuotaSubject[] = [];
  if (learner) subjects.push({ learner: fromGlobalId('User', learner) });
  if (course) subjects.push({ course });
  if (lab) subjects.push({ lab });
  const [subject, ...others] = subjects;
  if (subject && others.length === 0) return subject;
  throw fault('INPUT_INVALID', { problem: 'Give one of learner, course and lab: whose quota it is.' });
}
