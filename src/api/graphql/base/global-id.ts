import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';

/** What has a global id, and what is said when an id is of none. */
const notFound = {
  User: () => fault('USER_NOT_FOUND'),
  ApiToken: () => fault('TOKEN_NOT_FOUND'),
  Image: () => fault('NOT_FOUND', { thing: 'image' }),
  Job: () => fault('NOT_FOUND', { thing: 'job' }),
  Lab: () => fault('NOT_FOUND', { thing: 'lab' }),
  LabSource: () => fault('LAB_SOURCE_NOT_FOUND'),
  Session: () => fault('SESSION_NOT_FOUND'),
  SavedState: () => fault('SAVED_STATE_NOT_FOUND'),
  Recording: () => fault('RECORDING_NOT_FOUND'),
  Attempt: () => fault('NOT_FOUND', { thing: 'attempt' }),
} satisfies Record<string, () => Fault>;

export type GlobalType = keyof typeof notFound;

/** The id by which clients know the object: opaque to them. */
export function toGlobalId(type: GlobalType, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

/** The service's id of an object of `type`. @throws the type's "not found" for an id of anything else */
export function fromGlobalId(type: GlobalType, globalId: string): string {
  const read = readGlobalId(globalId);
  if (read?.type !== type) throw notFound[type]();
  return read.id;
}

/** Type and service's id; undefined for what is no id of ours. */
export function readGlobalId(globalId: string): { type: GlobalType; id: string } | undefined {
  const text = Buffer.from(globalId, 'base64url').toString();
  const colon = text.indexOf(':');
  const type = text.slice(0, colon);
  const id = text.slice(colon + 1);
  if (colon < 1 || id === '' || !isGlobalType(type) || toGlobalId(type, id) !== globalId) {
    return undefined;
  }
  return { type, id };
}

function isGlobalType(type: string): type is GlobalType {
  return Object.hasOwn(notFound, type);
}
