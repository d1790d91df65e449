import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { connect } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';

/** Opens a path without following links. Linux only: Node has no name for this flag. */
const O_PATH = 0o10_000_000;
const FOLDER = O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY;
const NAME = O_PATH | constants.O_NOFOLLOW;

/**
 * Connects to a Unix socket at a path in a machine whose processes run on this host. Each part of the path is
 * opened separately and never followed: a link that a learner created would lead through the host's files.
 * With `onread` the socket reads like Node's. Later errors show in its close event.
 * @throws system errors: ENOENT while the socket is missing, ECONNREFUSED if nobody listens
 */
export async function connectInMachine(
  machine: { id: string; pid: number },
  path: readonly string[],
  onread?: OnReadOpts,
): Promise<Socket> {
  const names = [...path];
  const last = names.pop() ?? '';
  let folder = await openRoot(machine);
  try {
    for (const name of names) {
      const next = await open(within(folder, name), FOLDER);
      await folder.close();
      folder = next;
    }
    const named = await open(within(folder, last), NAME);
    try {
      if (!(await named.stat()).isSocket()) throw new Error(`${last} is not a socket.`);
      return await connected(connect({ path: `/proc/self/fd/${named.fd}`, ...(onread && { onread }) }));
    } finally {
      await named.close();
    }
  } finally {
    await folder.close();
  }
}

/** Returns whether the machine's processes run on this host, and this process may access them. */
export async function isOnThisHost(machine: { id: string; pid: number }): Promise<boolean> {
  try {
    await (await openRoot(machine)).close();
    return true;
  } catch {
    // A process of another host, or of another user: in any case the machine is not accessible.
    return false;
  }
}

/** Opens the root of the machine's files and verifies that the process belongs to the machine. */
async function openRoot({ id, pid }: { id: string; pid: number }): Promise<FileHandle> {
  const root = await open(`/proc/${pid}/root`, O_PATH | constants.O_DIRECTORY);
  try {
    // Checked while the root is open, which shows whether the number now belongs to another process.
    const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8');
    if (!groups.includes(id)) throw new Error(`Process ${pid} does not belong to ${id}.`);
    return root;
  } catch (error) {
    await root.close();
    throw error;
  }
}

const within = (folder: FileHandle, name: string) => `/proc/self/fd/${folder.fd}/${name}`;

function connected(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    // Stays: the program in the machine can reset the connection before other listeners exist.
    socket.on('error', reject);
  });
}
