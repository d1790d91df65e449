import type { Readable } from 'node:stream';
import { posix } from 'node:path';
import type { ByteSource } from '../../core/byte-source.ts';
import { fault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';

export type FileKind = 'file' | 'folder' | 'link' | 'other';

/** Metadata of a file, a folder, or another kind of entry. */
export interface FileStat {
  kind: FileKind;
  /** Size in bytes; without meaning for folders and kernel files. */
  size: number;
  /** Permissions, with set-user-id, set-group-id and sticky: at most 0o7777. */
  mode: number;
  modifiedAt: Date;
}

/** An entry of a folder. */
export interface FileEntry extends FileStat {
  /** The name. Invalid UTF-8 bytes are replaced with U+FFFD; such a file can only be downloaded with its folder. */
  name: string;
  uid: number;
  gid: number;
  /** The target of a link, as stored in it. */
  target: string | undefined;
}

export interface FolderListing {
  path: string;
  /** Sorted by name. */
  entries: FileEntry[];
  /** Whether the folder has more entries than a listing can contain. */
  truncated: boolean;
}

/** A path in a machine of a session. */
export interface FilePlace {
  sessionId: string;
  machine: string;
  /** Absolute path in the machine. */
  path: string;
}

export interface OpenFile {
  stat: FileStat;
  /** Size of `content` in bytes; undefined for kernel files, whose size is known only after reading. */
  size: number | undefined;
  /** Reading fails if the file ends before its size. The caller must close it. */
  content: ByteSource;
}

export interface Upload {
  /** The bytes. The stream stays open if the upload is refused, and is destroyed if it is cancelled. */
  content: Readable;
  /** The size in bytes, if known in advance. */
  size: number | undefined;
}

/**
 * Files in machines, for users who may enter them. Reads and writes use the rights of the machine's user, who also owns
 * uploaded files. Staff read in other learners' machines with root's rights.
 *
 * Every method authorises first, and counts as activity of the session. It throws SESSION_NOT_FOUND, SESSION_NOT_READY,
 * MACHINE_NOT_FOUND, MACHINE_NOT_RUNNING, INPUT_INVALID for an invalid path, FILE_NOT_FOUND, FILE_DENIED, and
 * TRANSFER_LIMIT if too many requests are active. Transfers count separately from short requests, and `signal` cancels
 * them.
 */
export interface FileService {
  /** Returns the metadata of a path, and follows links. */
  stat(actor: Actor | undefined, place: FilePlace): Promise<FileStat>;
  /**
   * Lists a folder without following links.
   * @throws FILE_IS_NO_FOLDER
   */
  list(actor: Actor | undefined, place: FilePlace): Promise<FolderListing>;
  /** Reads a file. @throws FILE_IS_FOLDER, FILE_IS_SPECIAL */
  read(actor: Actor | undefined, place: FilePlace, signal: AbortSignal): Promise<OpenFile>;
  /**
   * Reads a file or folder as a tar archive, with owners and modes, and omits unreadable files. The caller must close
   * it.
   */
  readTar(actor: Actor | undefined, place: FilePlace, signal: AbortSignal): Promise<ByteSource>;
  /**
   * Writes a file, and replaces an existing one. The file appears only when it is complete.
   * @throws FILE_IS_FOLDER, UPLOAD_TOO_LARGE, DISK_FULL
   */
  write(
    actor: Actor | undefined,
    place: FilePlace,
    upload: Upload & {
      /** The mode; by default that of the replaced file, or 0o644. */
      mode?: number | undefined;
      /** Whether to create missing parent folders. */
      parents?: boolean;
    },
    signal: AbortSignal,
  ): Promise<FileStat>;
  /**
   * Unpacks a tar archive in a folder, once all of it has arrived and passed inspection.
   * @throws FILE_IS_NO_FOLDER, ARCHIVE_REFUSED, UPLOAD_TOO_LARGE, DISK_FULL
   */
  unpack(
    actor: Actor | undefined,
    place: FilePlace,
    upload: Upload & {
      /** Whether to keep the owners that the archive names, if the machine's user is root. */
      keepOwners?: boolean;
      /** Whether to create the folder. */
      parents?: boolean;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Creates a folder and its parents; an existing one stays as it is.
   * @throws FILE_IS_NO_FOLDER
   */
  makeFolder(actor: Actor | undefined, place: FilePlace): Promise<void>;
  /** Removes a file, a link, an empty folder, or with `recursive` any folder. @throws FOLDER_NOT_EMPTY */
  remove(actor: Actor | undefined, place: FilePlace, options: { recursive: boolean }): Promise<void>;
}

/** Longest path that Linux accepts, in bytes, without the final NUL. */
const PATH_LIMIT_BYTES = 4_095;
/** Folders of the kernel, which generates their files on each read: they cannot be copied as a whole. */
const KERNEL_FOLDERS = ['/proc', '/sys', '/dev'];

/**
 * Normalises an absolute path in a machine: removes doubled slashes, dots, and a final slash.
 * @throws INPUT_INVALID if it is relative, contains "..", or cannot exist
 */
export function machinePath(path: string): string {
  if (!path.startsWith('/')) throw invalid('it must start with "/"');
  if (path.includes('\0')) throw invalid('it must not contain a NUL character');
  // A browser could not decode it, so it would name a different file.
  if (path.includes('\uFFFD')) throw invalid('it must be valid UTF-8');
  if (Buffer.byteLength(path) > PATH_LIMIT_BYTES)
    throw invalid(`it is longer than ${PATH_LIMIT_BYTES} bytes`);
  if (path.split('/').includes('..')) throw invalid('it must not contain ".."');
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}

/** Returns whether the path is in a virtual folder of the kernel. */
export function isKernelPath(path: string): boolean {
  return KERNEL_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function invalid(problem: string) {
  return fault('INPUT_INVALID', { problem: `The path is not valid: ${problem}.` });
}
