import { BLOCK_BYTES, paddingAfter, readTarHeader, TAR_TYPE } from './tar-header.ts';
import type { TarHeader } from './tar-header.ts';

/** Most bytes that names and attributes of one entry may take: far more than any system's longest path. */
const EXTENDED_LIMIT_BYTES = 64 * 1024;

/** An entry with its whole names and its true size. */
export type TarEntry = TarHeader & {
  /** Whether the file has holes, so that it becomes larger than what is in the archive. */
  sparse: boolean;
};

export interface TarReader {
  /** Takes the next bytes of an archive. Throws an Error that says what is wrong with it. */
  add(chunk: Buffer): void;
  /** To be called at the end of the stream. Throws an Error when the archive is not whole. */
  end(): void;
}

/**
 * Reads an archive as it passes by: tells of each entry before its body, and of bodies in the pieces
 * in which they come. Keeps nothing but one header, and the long names that precede one.
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
  /** What the bytes of the present body are for. */
  let take: ((bytes: Buffer) => void) | undefined;
  let done: (() => void) | undefined;
  let next: Partial<TarEntry> = {};

  function begin(header: TarHeader): void {
    if (isExtension(header.type)) {
      if (header.size > EXTENDED_LIMIT_BYTES) throw new Error('it has a name that is too long');
      const kept: Buffer[] = [];
      take = (bytes) => void kept.push(Buffer.from(bytes));
      done = () => {
        const said = readExtension(header.type, Buffer.concat(kept));
        // What is said of all that follows is times and comments; a name or a size for all would be nonsense.
        if (header.type !== TAR_TYPE.extendedForAll) next = { ...next, ...said };
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
          if (header) begin(header);
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

/** Links may tell the size of what they lead to, and have no body. */
function hasBody(type: string): boolean {
  return type !== TAR_TYPE.hardLink && type !== TAR_TYPE.symbolicLink && type !== TAR_TYPE.folder;
}

function readExtension(type: string, body: Buffer): Partial<TarEntry> {
  if (type === TAR_TYPE.longName) return { name: untilZero(body) };
  if (type === TAR_TYPE.longLinkName) return { linkName: untilZero(body) };
  const said: Partial<TarEntry> = {};
  for (const [key, value] of extendedRecords(body)) {
    if (key === 'path') said.name = value;
    else if (key === 'linkpath') said.linkName = value;
    else if (key === 'size') said.size = readSize(value);
    else if (key.startsWith('GNU.sparse.')) said.sparse = true;
  }
  return said;
}

function untilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function readSize(text: string): number {
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new Error('it has a number that is out of all bounds');
  return size;
}

/** Records of the form `length key=value\n`, the length being that of the whole record. */
function* extendedRecords(body: Buffer): Iterable<[key: string, value: string]> {
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(' ', at);
    const length = space < 0 ? Number.NaN : Number(body.toString('latin1', at, space));
    const end = at + length;
    if (!(length > space - at) || end > body.length)
      throw new Error('it is no tar archive, or a damaged one');
    const record = body.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals > 0) yield [record.slice(0, equals), record.slice(equals + 1)];
    at = end;
  }
}
