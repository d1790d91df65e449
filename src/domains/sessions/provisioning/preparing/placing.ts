import type { Readable } from 'node:stream';
import { posix } from 'node:path';
import type { Engine } from '../../../../engine/engine.ts';
import { fault, isFault } from '../../../../core/errors.ts';
import { packTar } from '../../../../core/tar.ts';
import type { NewTarHeader } from '../../../../core/tar.ts';
import type { Lab, LabMachine, LabFile } from '../../../labs/lab.ts';
import { createMachineProbe } from './machine-probe.ts';
import type { MachineUser, PathKind } from './machine-probe.ts';

const ROOT: MachineUser = { uid: 0, gid: 0, home: '/root' };

/** Places the files of a lab in new machines. */
export function createPlacing({ engine }: { engine: Pick<Engine, 'exec' | 'copyIn'> }) {
  const probe = createMachineProbe({ engine });

  /** Looks each user of the machine up once, by name; undefined is its default user. Root needs no lookup. */
  function usersOf(machineId: string, signal: AbortSignal) {
    const known = new Map<string | undefined, Promise<MachineUser>>([['root', Promise.resolve(ROOT)]]);
    return (name: string | undefined): Promise<MachineUser> => {
      const found = known.get(name) ?? probe.user(machineId, name, signal);
      known.set(name, found);
      return found;
    };
  }

  async function placesOf(
    { user, files }: LabMachine,
    machineId: string,
    signal: AbortSignal,
  ): Promise<PlacedFile[]> {
    const userOf = usersOf(machineId, signal);
    const placed: PlacedFile[] = [];
    for (const file of files) {
      const to = await resolvePath(file.to, () => userOf(user));
      const owner = await userOf(file.owner).catch((error: unknown) => {
        if (!isFault(error, 'COMMAND_FAILED')) throw error;
        throw new NotPlaceable(`"${file.owner}" cannot own "${file.from}": ${error.details['problem']}`);
      });
      placed.push({ ...file, to, user: owner });
    }
    return placed;
  }

  /** Returns what exists at the paths of the files, as `worker` sees it, or the owners of the files. */
  async function kindsOf(
    files: readonly PlacedFile[],
    { machineId, worker }: { machineId: string; worker: string },
    signal: AbortSignal,
  ): Promise<(path: string) => PathKind> {
    const paths = [...new Set(files.flatMap(({ to }) => [...foldersAbove(to), to]))];
    const kinds = new Map<string, PathKind>();
    for (const user of new Set([worker, ...files.map(({ owner }) => owner)])) {
      const unknown = paths.filter((path) => (kinds.get(path) ?? 'nothing') === 'nothing');
      const found = await probe.kinds(machineId, unknown, user, signal);
      for (const [index, path] of unknown.entries()) kinds.set(path, found[index] ?? 'nothing');
    }
    return (path) => kinds.get(path) ?? 'nothing';
  }

  return {
    /** Places the machine's files with one archive. @throws LAB_START_FAILED, DISK_FULL, what the engine throws */
    async place(
      lab: Pick<Lab, 'slug' | 'files'>,
      machine: LabMachine,
      machineId: string,
      signal: AbortSignal,
    ): Promise<void> {
      if (machine.files.length === 0) return;
      try {
        const files = await placesOf(machine, machineId, signal);
        const plan = planPlacing(
          files,
          await kindsOf(files, { machineId, worker: placingWorker(machine) }, signal),
        );
        if (typeof plan === 'string') throw new NotPlaceable(plan);
        await engine.copyIn(machineId, '/', tarOf(plan, lab.files));
      } catch (error) {
        if (!(error instanceof NotPlaceable)) throw error;
        const problem = `a file could not be placed in the machine "${machine.name}": ${error.message}`;
        throw fault('LAB_START_FAILED', { lab: lab.slug, machine: machine.name, problem }, error);
      }
    },
  };
}

/** Returns the user who inspects the paths: root, or the machine's user if nobody can be root there. */
function placingWorker({ profile, user = '' }: LabMachine): string {
  return profile === 'nested' ? user : 'root';
}

/** Thrown with the reason why a file cannot be placed. */
class NotPlaceable extends Error {}

function tarOf(entries: readonly PlacingEntry[], contents: Lab['files']): Readable {
  const packed = entries.map(({ path, from, ...header }): [NewTarHeader, Buffer | undefined] => {
    const name = path.slice(1);
    if (from === undefined) return [{ ...header, name, type: 'directory' }, undefined];
    const body = contents.get(from);
    if (!body) throw new Error(`The content of "${from}" is missing from the lab.`);
    return [{ ...header, name }, body];
  });
  return packTar(async (add) => {
    for (const [header, body] of packed) await add(header, body);
  });
}

/** Permission bits of folders that are created for files. */
const FOLDER_MODE = 0o755;

/** A file with its path in the machine, and its owner. */
interface PlacedFile extends LabFile {
  /** Absolute path, without `~`. */
  to: string;
  user: MachineUser;
}

/** An entry of the archive that the engine unpacks in the machine. */
interface PlacingEntry {
  /** From the machine's root. */
  path: string;
  mode: number;
  uid: number;
  gid: number;
  /** Path of its content in the lab's folder; undefined for a folder. */
  from: string | undefined;
}

/**
 * Returns the absolute `path` without a trailing slash. If it starts with `~/`, it is in the home of the user, who is
 * only looked up then. @throws what `user` throws
 */
export async function resolvePath(path: string, user: () => Promise<MachineUser>): Promise<string> {
  if (!path.startsWith('~/')) return posix.resolve(path);
  return posix.resolve(posix.join((await user()).home, path.slice(2)));
}

/** Returns the folders above a path, the outermost first, without the root. Pure. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/**
 * Returns the entries to unpack, in order: the files, and before them the missing folders, owned by the owner of their
 * first file. Existing folders stay unchanged. Returns a text with the reason if a file cannot be placed. Pure.
 */
export function planPlacing(
  files: readonly PlacedFile[],
  kindOf: (path: string) => PathKind,
): PlacingEntry[] | string {
  const entries = new Map<string, PlacingEntry>();
  for (const { from, to, mode, user } of files) {
    const owned = { uid: user.uid, gid: user.gid };
    for (const path of foldersAbove(to)) {
      if (kindOf(path) === 'other' || entries.get(path)?.from !== undefined) {
        return `the path "${to}" is not possible, because "${path}" is not a folder`;
      }
      if (kindOf(path) === 'nothing' && !entries.has(path)) {
        entries.set(path, { path, mode: FOLDER_MODE, ...owned, from: undefined });
      }
    }
    const made = entries.get(to);
    if (kindOf(to) === 'folder' || (made && made.from === undefined)) {
      return `"${to}" is a folder: end it with "/" to place "${from}" in it`;
    }
    entries.set(to, { path: to, mode, ...owned, from });
  }
  return [...entries.values()];
}
