import type { Readable } from 'node:stream';
import type { ByteSource } from '../../core/byte-source.ts';
import type { Actor } from '../identity/actor.ts';

export type FileKind = 'file' | 'folder' | 'link' | 'other';

/** What is known of a file, folder, or whatever else is at a path. */
export interface FileStat {
  kind: FileKind;
  /** In bytes; what a folder or a file of the kernel has there means nothing. */
  size: number;
  /** Permissions, with set-user-id, set-group-id and sticky: at most 0o7777. */
  mode: number;
  modifiedAt: Date;
}

/** What lies in a folder. */
export interface FileEntry extends FileStat {
  /** Where it is not UTF-8, with U+FFFD in places: such a file can only be had with its folder. */
  name: string;
  uid: number;
  gid: number;
  /** Where a link leads, as it is written in it. */
  target: string | undefined;
}

export interface FolderListing {
  path: string;
  /** In the order of names. */
  entries: FileEntry[];
  /** Whether there is more in it than a listing holds. */
  truncated: boolean;
}

/** Where something is: a path in a machine of a session. */
export interface FilePlace {
  sessionId: string;
  machine: string;
  /** From the machine's root. */
  path: string;
}

export interface OpenFile {
  stat: FileStat;
  /** Bytes that `content` has; undefined where only reading tells, as of files of the kernel. */
  size: number | undefined;
  /** Fails when the file cannot be read to its size. To be closed. */
  content: ByteSource;
}

export interface Upload {
  /** Its bytes. Stays open where the upload is refused, and is destroyed where it is broken off. */
  content: Readable;
  /** How many, where it is known before. */
  size: number | undefined;
}

/**
 * Files in machines, for those who may enter them. All is read and written with the rights of the
 * machine's user, by whom the files are that are uploaded; staff reads in other people's machines
 * with those of root.
 *
 * Every method authorises first, counts as use of the session, and throws SESSION_NOT_FOUND,
 * SESSION_NOT_READY, MACHINE_NOT_FOUND, MACHINE_NOT_RUNNING, INPUT_INVALID for a path that cannot
 * be, FILE_NOT_FOUND and FILE_DENIED, and TRANSFER_LIMIT where as many are under way as may be: those
 * that move bytes count apart from the others, and `signal` ends them.
 */
export interface FileService {
  /** What is at the path, links followed. */
  stat(actor: Actor | undefined, place: FilePlace): Promise<FileStat>;
  /** What lies in a folder, links not followed. @throws FILE_IS_NO_FOLDER */
  list(actor: Actor | undefined, place: FilePlace): Promise<FolderListing>;
  /** Reads a file. @throws FILE_IS_FOLDER, FILE_IS_SPECIAL */
  read(actor: Actor | undefined, place: FilePlace, signal: AbortSignal): Promise<OpenFile>;
  /** The file or folder as a tar archive, with owners and modes; what its reader may not read is left out. To be closed. */
  readTar(actor: Actor | undefined, place: FilePlace, signal: AbortSignal): Promise<ByteSource>;
  /**
   * Puts a file there, in place of one that is there. Nothing is there before all of it is.
   * @throws FILE_IS_FOLDER, UPLOAD_TOO_LARGE, DISK_FULL
   */
  write(
    actor: Actor | undefined,
    place: FilePlace,
    upload: Upload & {
      /** When absent, that of the file which is replaced, or 0o644. */
      mode?: number | undefined;
      /** Makes the folders that lead there. */
      parents?: boolean;
    },
    signal: AbortSignal,
  ): Promise<FileStat>;
  /**
   * Unpacks a tar archive in a folder. Nothing of it is unpacked before all of it is here and was
   * found to be harmless. @throws FILE_IS_NO_FOLDER, ARCHIVE_REFUSED, UPLOAD_TOO_LARGE, DISK_FULL
   */
  unpack(
    actor: Actor | undefined,
    place: FilePlace,
    upload: Upload & {
      /** Where the machine's user is root: whether owners are those that the archive names. */
      keepOwners?: boolean;
      /** Makes the folder. */
      parents?: boolean;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** Makes a folder, and those that lead there; one that is there stays as it is. @throws FILE_IS_NO_FOLDER */
  makeFolder(actor: Actor | undefined, place: FilePlace): Promise<void>;
  /** Removes a file, a link, an empty folder, or with `recursive` any folder. @throws FOLDER_NOT_EMPTY */
  remove(actor: Actor | undefined, place: FilePlace, options: { recursive: boolean }): Promise<void>;
}
