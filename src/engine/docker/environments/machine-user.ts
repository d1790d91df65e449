import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { tarEntries } from '../../../core/tar.ts';
import type { MachineSpec } from '../../engine.ts';
import { call, hasStatus } from '../faults.ts';

/** Larger than any image's user list, in bytes. */
const MAX_PASSWD_BYTES = 1024 * 1024;
/** White space that the engine removes from a row. */
const OUTER_BLANKS = /^\p{White_Space}+|\p{White_Space}+$/gu;

/**
 * Makes sure that the user of a machine without root is not root, by number and not only by name: an
 * image can give user 0 any name. @throws LAB_INVALID
 */
export async function refuseRoot(
  container: Docker.Container,
  { name, profile }: Pick<MachineSpec, 'name' | 'profile'>,
  user: string,
): Promise<void> {
  const id = resolveUserId(user, await readPasswd(container));
  if (id) return;
  const problem =
    id === 0
      ? `the machine "${name}" is ${profile} and its user is root: `
      : `the machine "${name}" is ${profile} and its image has no user "${user}": `;
  throw fault('LAB_INVALID', {
    problem: `${problem}name another user in lab.yaml, or set USER in the image`,
  });
}

/**
 * Returns the id under which the engine will run `user` (`name`, `id`, or either with `:group`); undefined if
 * it is unknown. Parses rows as the engine does: an invalid number in a row means root.
 */
export function resolveUserId(user: string, passwd: string): number | undefined {
  const name = user.split(':')[0];
  if (!name) return 0;
  const row = passwd
    .split('\n')
    .map((line) => line.replace(OUTER_BLANKS, '').split(':'))
    .map(([called, , id = '']) => ({ called, id: numberOf(id) ?? 0 }))
    .find(({ called, id }) => called === name || String(id) === name);
  return row ? row.id : numberOf(name);
}

function numberOf(text: string): number | undefined {
  const id = /^[+-]?\d+$/.test(text) ? Math.abs(Number(text)) : undefined;
  return Number.isSafeInteger(id) ? id : undefined;
}

/** Reads the container's user list (/etc/passwd); empty if it is missing. */
export async function readPasswd(container: Docker.Container): Promise<string> {
  try {
    const tar = await call(() => container.getArchive({ path: '/etc/passwd' }));
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const { body } of tarEntries(tar as Readable)) {
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes <= MAX_PASSWD_BYTES) chunks.push(chunk);
      }
    }
    return Buffer.concat(chunks).toString();
  } catch (error) {
    if (hasStatus(error, 404)) return '';
    throw error;
  }
}
