import { BLOCK_BYTES, paddingAfter, TAR_TYPE, writeTarHeader } from './tar-header.ts';

/** Digits of a part's name, so that names are in the order of the parts. */
const PART_DIGITS = 6;
const END = Buffer.alloc(2 * BLOCK_BYTES);

/** Name of the part with this number. */
export function partName(part: number): string {
  return String(part).padStart(PART_DIGITS, '0');
}

/**
 * An archive that lays one part of an upload down in a folder of the machine's root. Both are root's,
 * and nobody else may change anything there, so that nobody can put a link into the way of what the
 * engine does there with root's rights; to be read they are for all.
 */
export function partTar(folder: string, part: number, bytes: Buffer): Buffer[] {
  return [
    writeTarHeader({ name: `${folder}/`, type: TAR_TYPE.folder, size: 0, mode: 0o755 }),
    writeTarHeader({
      name: `${folder}/${partName(part)}`,
      type: TAR_TYPE.file,
      size: bytes.length,
      mode: 0o644,
    }),
    bytes,
    Buffer.alloc(paddingAfter(bytes.length)),
    END,
  ];
}
