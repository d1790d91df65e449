/*
 * Reads and writes header blocks by hand, the only place that does: tar-stream (core/tar.ts) packs and reads all other
 * archives.
 *
 * - Reading: tar-reader.ts inspects an archive that a tar program in a machine unpacks afterwards. Both must find the
 *   same entries, or an archive could hide an entry from the inspection. tar-stream guesses at damaged numbers and
 *   records, reads bodies of links, and accepts archives without an end.
 * - Writing: parts.ts sends each piece of an upload from memory that the next piece but one reuses. tar-stream queues
 *   bodies, and so would send a piece after it was overwritten. Nor can it write user ids over 262143.
 */

/** Size of a header block, in bytes. Bodies are padded to a multiple of it. */
export const BLOCK_BYTES = 512;

/** The fields of a header block; names are limited to the space in it. */
export interface TarHeader {
  name: string;
  /** One letter; see {@link TAR_TYPE}. */
  type: string;
  size: number;
  linkName: string;
}

/** The type letters of headers. */
export const TAR_TYPE = {
  file: '0',
  hardLink: '1',
  symbolicLink: '2',
  folder: '5',
  /** A contiguous file, treated like any other file. */
  contiguous: '7',
  /** Long names and sizes of the next entry. */
  extended: 'x',
  /** The same for all following entries. */
  extendedForAll: 'g',
  longName: 'L',
  longLinkName: 'K',
} as const;

/** Offset and length of the header fields, in bytes. */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  modifiedAt: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkName: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
} as const;

/**
 * Parses a header block; undefined for a block of zeros, which ends an archive.
 * @throws Error that says what is wrong
 */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  const sum = checksumOf(block);
  if (sum === ' '.charCodeAt(0) * FIELD.checksum[1]) return undefined;
  if (readNumber(block, FIELD.checksum) !== sum) throw new Error('it is not a tar archive, or it is damaged');
  const letter = block.toString('latin1', FIELD.type[0], FIELD.type[0] + 1);
  const name = readText(block, FIELD.name);
  // Only the ustar format has a prefix; GNU stores times there.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? readText(block, FIELD.prefix) : '';
  // Formats without a folder type use a name with a final slash.
  const type = letter === '\0' ? (name.endsWith('/') ? TAR_TYPE.folder : TAR_TYPE.file) : letter;
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type,
    size: readNumber(block, FIELD.size),
    linkName: readText(block, FIELD.linkName),
  };
}

/** Returns how many zeros pad a body of this size. */
export function paddingAfter(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

/** Sums all bytes, with spaces instead of the checksum itself. */
function checksumOf(block: Buffer): number {
  const [start, length] = FIELD.checksum;
  let sum = ' '.charCodeAt(0) * length;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    if (at < start || at >= start + length) sum += block[at] ?? 0;
  }
  return sum;
}

function readText(block: Buffer, [start, length]: readonly [number, number]): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Parses octal digits, or the binary format for large numbers. */
function readNumber(block: Buffer, [start, length]: readonly [number, number]): number {
  const first = block[start] ?? 0;
  if (first >= 0x80) {
    let value = first - 0x80;
    for (let at = start + 1; at < start + length; at += 1) value = value * 256 + (block[at] ?? 0);
    if (!Number.isSafeInteger(value)) throw new Error('it has a number that is out of range');
    return value;
  }
  const digits = block
    .toString('latin1', start, start + length)
    .replaceAll('\0', ' ')
    .trim();
  if (!/^[0-7]*$/.test(digits)) throw new Error('it is not a tar archive, or it is damaged');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/**
 * Creates a header block for a file or folder with a short plain name and the current time; root's without an owner.
 */
export function writeTarHeader(entry: {
  name: string;
  type: '0' | '5';
  size: number;
  mode: number;
  uid?: number;
  gid?: number;
}): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const write = ([start, length]: readonly [number, number], text: string) =>
    block.write(text, start, length, 'latin1');
  const octal = (field: readonly [number, number], value: number) =>
    write(field, value.toString(8).padStart(field[1] - 1, '0'));
  write(FIELD.name, entry.name);
  octal(FIELD.mode, entry.mode);
  octal(FIELD.uid, entry.uid ?? 0);
  octal(FIELD.gid, entry.gid ?? 0);
  octal(FIELD.size, entry.size);
  octal(FIELD.modifiedAt, Math.floor(Date.now() / 1_000));
  write(FIELD.type, entry.type);
  write(FIELD.magic, 'ustar\x0000');
  write(FIELD.checksum, `${checksumOf(block).toString(8).padStart(6, '0')}\0 `);
  return block;
}
