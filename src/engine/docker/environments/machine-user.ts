import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { tarEntries } from '../../../core/tar.ts';
import type { MachineSpec } from '../../engine.ts';
import { call, hasStatus } from '../faults.ts';
import { LABEL } from '../labels.ts';

/** Larger than any image's user list, in bytes. */
const MAX_PASSWD_BYTES = 1024 * 1024;
/** White space that the engine removes from the ends of a row. */
const BLANK = /\p{White_Space}/u;

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
    .map((line) => trimmed(line).split(':'))
    .map(([called, , id = '']) => ({ called, id: numberOf(id) ?? 0 }))
    .find(({ called, id }) => called === name || String(id) === name);
  return row ? row.id : numberOf(name);
}

/** Removes white space at both ends, in linear time. */
function trimmed(line: string): string {
  let [start, end] = [0, line.length];
  while (start < end && BLANK.test(line[start] ?? '')) start++;
  while (end > start && BLANK.test(line[end - 1] ?? '')) end--;
  return line.slice(start, end);
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

/** Maximum number of machines whose profile is cached. It never changes; the oldest entries are removed. */
const MAX_CACHED = 4_096;
const nested = new Map<string, Promise<{ user: string } | undefined>>();

/**
 * Creates a command in a container. All commands in machines must use this function: in a machine with its
 * own engine no command may run as root, since /proc is not masked there.
 * @throws ROOT_REFUSED
 */
export async function createExec(
  container: Docker.Container,
  options: Docker.ExecCreateOptions,
): Promise<Docker.Exec> {
  if (options.User) await refuseRootInNested(container, options.User);
  return call(() => container.exec(options));
}

async function refuseRootInNested(container: Docker.Container, user: string): Promise<void> {
  const machine = await nestedMachine(container);
  // The machine's own user is not root: that was verified when it was created.
  if (!machine || user === machine.user) return;
  if (!resolveUserId(user, await readPasswd(container))) throw fault('ROOT_REFUSED');
}

function nestedMachine(container: Docker.Container): Promise<{ user: string } | undefined> {
  const known = nested.get(container.id);
  if (known) return known;
  const reading = readNested(container);
  reading.catch(() => nested.delete(container.id));
  const [oldest] = nested.keys();
  if (nested.size >= MAX_CACHED && oldest !== undefined) nested.delete(oldest);
  nested.set(container.id, reading);
  return reading;
}

async function readNested(container: Docker.Container): Promise<{ user: string } | undefined> {
  const { Config } = await call(() => container.inspect());
  return Config.Labels[LABEL.profile] === 'nested' ? { user: Config.User } : undefined;
}
