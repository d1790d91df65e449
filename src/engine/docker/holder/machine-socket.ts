import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { connect } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';

/** Opens a name without following it where it is a link. Node has no name for this flag: it is Linux's own. */
const O_PATH = 0o10_000_000;
const FOLDER = O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY;
const NAME = O_PATH | constants.O_NOFOLLOW;

/**
 * Connects to a Unix socket at a path within a machine whose processes are this host's. Each part of
 * the path is opened by itself and never followed, since a link there, which a learner may have made,
 * would lead through the host's files. With `onread` the socket reads as Node has that. What
 * breaks once it is connected shows in its close.
 * @throws the system's errors: ENOENT while it is not there, ECONNREFUSED when nobody listens
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
      if (!(await named.stat()).isSocket()) throw new Error(`${last} is no socket.`);
      return await connected(connect({ path: `/proc/self/fd/${named.fd}`, ...(onread && { onread }) }));
    } finally {
      await named.close();
    }
  } finally {
    await folder.close();
  }
}

/** Whether the machine's processes are this host's, and this process may look into them. */
export async function isOnThisHost(machine: { id: string; pid: number }): Promise<boolean> {
  try {
    await (await openRoot(machine)).close();
    return true;
  } catch {
    // Another host's process, or one of nobody's: all the reasons there are mean that it is out of reach.
    return false;
  }
}

/** The root of the machine's files, once it is sure whose process this is. */
async function openRoot({ id, pid }: { id: string; pid: number }): Promise<FileHandle> {
  const root = await open(`/proc/${pid}/root`, O_PATH | constants.O_DIRECTORY);
  try {
    // Looked at after the root is held: a number that passed on to another process shows.
    const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8');
    if (!groups.includes(id)) throw new Error(`Process ${pid} is none of ${id}.`);
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
    // Stays: who listens in the machine can reset the connection before anybody listens here.
    socket.on('error', reject);
  });
}
