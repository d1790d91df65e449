import { BLOCK_BYTES, paddingAfter, TAR_TYPE, writeTarHeader } from './tar-header.ts';

/** Digits of a part's name, so that names are in the order of the parts. */
const PART_DIGITS = 6;
const END = Buffer.alloc(2 * BLOCK_BYTES);

/** A user of a machine and their group, by number. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A file that is to be laid down in a machine. */
export interface Part {
  folder: string;
  name: string;
  size: number;
  /** Root's, and for all to be read, when absent; else for its owner alone. */
  owner: Owner | undefined;
}

/** Name of the part with this number. */
export function partName(part: number): string {
  return String(part).padStart(PART_DIGITS, '0');
}

/**
 * An archive that lays one part of an upload down in a folder of the machine's root. The folder is
 * root's, and nobody else may change anything there, so that nobody can put a link into the way of
 * what the engine does there with root's rights.
 */
export async function* partTar(
  { folder, name, size, owner }: Part,
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  yield writeTarHeader({ name: `${folder}/`, type: TAR_TYPE.folder, size: 0, mode: 0o755 });
  const mode = owner ? 0o600 : 0o644;
  yield writeTarHeader({ name: `${folder}/${name}`, type: TAR_TYPE.file, size, mode, ...owner });
  yield* content;
  yield Buffer.alloc(paddingAfter(size));
  yield END;
}
