import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Whether a program is on the PATH, or in the administrator's folders that a user's lacks. */
export async function hasCommand(name: string, path = process.env['PATH'] ?? ''): Promise<boolean> {
  const folders = [...path.split(delimiter).filter(Boolean), '/usr/sbin', '/usr/bin'];
  const tries = await Promise.allSettled(folders.map((folder) => access(join(folder, name), constants.X_OK)));
  return tries.some(({ status }) => status === 'fulfilled');
}
