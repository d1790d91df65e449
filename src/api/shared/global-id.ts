import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';

/** Types that have global ids, and the error for an unknown id of each. */
const notFound = {
  User: () => fault('USER_NOT_FOUND'),
  ApiToken: () => fault('TOKEN_NOT_FOUND'),
  Assignment: () => fault('ASSIGNMENT_NOT_FOUND'),
  AssignmentOverride: () => fault('NOT_FOUND', { thing: 'override' }),
  Course: () => fault('COURSE_NOT_FOUND'),
  CourseInvitation: () => fault('NOT_FOUND', { thing: 'invitation' }),
  CourseMember: () => fault('MEMBER_NOT_FOUND'),
  CourseSection: () => fault('SECTION_NOT_FOUND'),
  Image: () => fault('NOT_FOUND', { thing: 'image' }),
  Job: () => fault('NOT_FOUND', { thing: 'job' }),
  Lab: () => fault('NOT_FOUND', { thing: 'lab' }),
  LabSource: () => fault('LAB_SOURCE_NOT_FOUND'),
  Session: () => fault('SESSION_NOT_FOUND'),
  SavedState: () => fault('SAVED_STATE_NOT_FOUND'),
  RaisedHand: () => fault('NOT_FOUND', { thing: 'raised hand' }),
  StepFeedback: () => fault('NOT_FOUND', { thing: 'feedback' }),
  Recording: () => fault('RECORDING_NOT_FOUND'),
  Attempt: () => fault('NOT_FOUND', { thing: 'attempt' }),
} satisfies Record<string, () => Fault>;

type GlobalType = keyof typeof notFound;

/** Returns the global id of an object, which is opaque to clients. */
export function toGlobalId(type: GlobalType, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

/** Returns the service's id of an object of `type`. @throws the type's "not found" error for any other id */
export function fromGlobalId(type: GlobalType, globalId: string): string {
  const read = readGlobalId(globalId);
  if (read?.type !== type) throw notFound[type]();
  return read.id;
}

/** Returns the type and the service's id; undefined for an invalid global id. */
export function readGlobalId(globalId: string): { type: GlobalType; id: string } | undefined {
  const text = Buffer.from(globalId, 'base64url').toString();
  const colon = text.indexOf(':');
  const type = text.slice(0, colon);
  const id = text.slice(colon + 1);
  // PostgreSQL refuses a null character in any text.
  if (
    colon < 1 ||
    id === '' ||
    id.includes('\u0000') ||
    !isGlobalType(type) ||
    toGlobalId(type, id) !== globalId
  ) {
    return undefined;
  }
  return { type, id };
}

function isGlobalType(type: string): type is GlobalType {
  return Object.hasOwn(notFound, type);
}
