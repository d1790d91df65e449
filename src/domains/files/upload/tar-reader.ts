import { BLOCK_BYTES, paddingAfter, readTarHeader, TAR_TYPE } from './tar-header.ts';
import type { TarHeader } from './tar-header.ts';

/**
 * Maximum size of one entry's extended names and attributes, in bytes: far more than the longest path of any system.
 */
const EXTENDED_LIMIT_BYTES = 64 * 1024;

/** An entry with its full names and true size. */
export type TarEntry = TarHeader & {
  /** Whether the file has holes, so that it is larger than its data in the archive. */
  sparse: boolean;
};

interface TarReader {
  /**
   * Reads the next bytes of an archive.
   * @throws Error that says what is wrong with it
   */
  add(chunk: Buffer): void;
  /**
   * Must be called at the end of the stream.
   * @throws Error if the archive is incomplete
   */
  end(): void;
}

/**
 * Creates a streaming reader of an archive that the machine's tar program unpacks; tar-header.ts explains why it is not
 * tar-stream. It accepts only what all tar programs read in the same way. It reports each entry before its body, and
 * bodies in pieces as they arrive. It keeps only one header, and the long names before it.
 */
export function createTarReader(on: {
  entry: (entry: TarEntry) => void;
  body?: (bytes: Buffer) => void;
}): TarReader {
  const block = Buffer.alloc(BLOCK_BYTES);
  let blockBytes = 0;
  let bodyBytes = 0;
  let padding = 0;
  let over = false;
  /** Receives the bytes of the current body. */
  let take: ((bytes: Buffer) => void) | undefined;
  let done: (() => void) | undefined;
  let next: Partial<TarEntry> = {};

  function startEntry(header: TarHeader): void {
    if (isExtension(header.type)) {
      if (header.size > EXTENDED_LIMIT_BYTES) throw new Error('it has a name that is too long');
      const kept: Buffer[] = [];
      take = (bytes) => void kept.push(Buffer.from(bytes));
      done = () => {
        const extension = readExtension(header.type, Buffer.concat(kept));
        // Global records contain times and comments; a name or size for all entries would make no sense.
        if (header.type !== TAR_TYPE.extendedForAll) next = { ...next, ...extension };
      };
      bodyBytes = header.size;
    } else {
      const entry = { sparse: header.type === 'S', ...header, ...next };
      next = {};
      on.entry(entry);
      take = on.body;
      done = undefined;
      bodyBytes = hasBody(entry.type) ? entry.size : 0;
    }
    padding = paddingAfter(bodyBytes);
    if (bodyBytes === 0) done?.();
  }

  return {
    add(chunk) {
      let at = 0;
      while (at < chunk.length && !over) {
        if (bodyBytes > 0) {
          const piece = chunk.subarray(at, at + bodyBytes);
          at += piece.length;
          bodyBytes -= piece.length;
          take?.(piece);
          if (bodyBytes === 0) done?.();
        } else if (padding > 0) {
          const skipped = Math.min(padding, chunk.length - at);
          at += skipped;
          padding -= skipped;
        } else {
          const taken = chunk.copy(block, blockBytes, at, at + BLOCK_BYTES - blockBytes);
          at += taken;
          blockBytes += taken;
          if (blockBytes < BLOCK_BYTES) return;
          blockBytes = 0;
          const header = readTarHeader(block);
          if (header) startEntry(header);
          else over = true;
        }
      }
    },
    end() {
      if (bodyBytes > 0 || padding > 0 || blockBytes > 0) throw new Error('it ends in the middle');
      if (!over) throw new Error('its end is missing');
    },
  };
}

function isExtension(type: string): boolean {
  return (
    type === TAR_TYPE.extended ||
    type === TAR_TYPE.extendedForAll ||
    type === TAR_TYPE.longName ||
    type === TAR_TYPE.longLinkName
  );
}

/** Returns whether a type has a body. Links may state the size of their target, but have none. */
function hasBody(type: string): boolean {
  return type !== TAR_TYPE.hardLink && type !== TAR_TYPE.symbolicLink && type !== TAR_TYPE.folder;
}

function readExtension(type: string, body: Buffer): Partial<TarEntry> {
  if (type === TAR_TYPE.longName) return { name: untilZero(body) };
  if (type === TAR_TYPE.longLinkName) return { linkName: untilZero(body) };
  const fields: Partial<TarEntry> = {};
  for (const [key, value] of extendedRecords(body)) {
    if (key === 'path') fields.name = value;
    else if (key === 'linkpath') fields.linkName = value;
    else if (key === 'size') fields.size = readSize(value);
    else if (key.startsWith('GNU.sparse.')) fields.sparse = true;
  }
  return fields;
}

function untilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function readSize(text: string): number {
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new Error('it has a number that is out of range');
  return size;
}

/** Yields the records, each `length key=value\n`. The length is that of the whole record. */
function* extendedRecords(body: Buffer): Iterable<[key: string, value: string]> {
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(' ', at);
    const length = space < 0 ? Number.NaN : Number(body.toString('latin1', at, space));
    const end = at + length;
    if (!(length > space - at) || end > body.length)
      throw new Error('it is not a tar archive, or it is damaged');
    const record = body.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals > 0) yield [record.slice(0, equals), record.slice(equals + 1)];
    at = end;
  }
}
