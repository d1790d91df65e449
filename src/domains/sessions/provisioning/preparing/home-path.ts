import { posix } from 'node:path';
import type { MachineUser } from './machine-looks.ts';

/**
 * `path` from the machine's root, without a slash at its end. Where it begins with `~/` it is in the home of
 * the user, who is not asked for otherwise. @throws what `user` throws
 */
export async function pathIn(path: string, user: () => Promise<MachineUser>): Promise<string> {
  if (!path.startsWith('~/')) return posix.resolve(path);
  return posix.resolve(posix.join((await user()).home, path.slice(2)));
}
