import { fault } from '../../core/errors.ts';

/** Returns the token in `Bearer …`. @throws UNAUTHENTICATED for any other scheme */
export function readBearer(authorization: string): string {
  const secret = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (secret === undefined) throw fault('UNAUTHENTICATED');
  return secret;
}
