import { posix, join, relative, sep } from 'node:path';
import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { fault } from '../../../../core/errors.ts';
import { FOLDER_LIMITS, readOrdinaryFile } from '../../reading/lab-folder.ts';
import type { FileReading } from '../../reading/lab-folder.ts';
import type { Notes, Place } from '../import-note.ts';

/** A text of a scenario and its path in the tree. */
export interface SourceText {
  path: string;
  text: string;
}

export type ScenarioSource = ReturnType<typeof createScenarioSource>;

/** Reads the files of the scenario in `folder`. They are in that folder or in its folder "assets". */
export function createScenarioSource({
  tree,
  folder,
  notes,
}: {
  tree: SourceTree;
  folder: string;
  notes: Notes;
}) {
  const assets = posix.join(folder, 'assets');

  function find(given: string): string | undefined {
    const name = given.replace(/^\/+/, '');
    const places = [folder, assets].flatMap((place) => pathWithin(place, name) ?? []);
    return places.find((path) => tree.paths.has(path));
  }

  async function read(path: string, place: Place): Promise<string | undefined> {
    const file = await tree.read(path);
    if ('problem' in file) {
      notes.refuse(`the file "${path}" ${file.problem}`, place);
      return undefined;
    }
    const decodedFile = decodeText(file.content);
    if (!decodedFile) {
      notes.refuse(`the file "${path}" is not text`, place);
      return undefined;
    }
    const note = encodingNote(decodedFile);
    if (note !== undefined) notes.warn(`the file "${path}" ${note}`, place);
    return decodedFile.text.replaceAll(/\r\n?/g, '\n');
  }

  return {
    folder,
    assets,
    find,
    /** Reads a text file. If it is missing or not text, adds a refusal and returns undefined. */
    async text(given: string, place: Place): Promise<SourceText | undefined> {
      const path = find(given);
      if (path !== undefined) {
        const text = await read(path, place);
        return text === undefined ? undefined : { path, text };
      }
      const outside = pathWithin(folder, given) === undefined;
      notes.refuse(
        outside ? `"${given}" is outside the imported folder` : `the file "${given}" is missing`,
        place,
      );
      return undefined;
    },
  };
}

/** The text of a file and its encoding. */
interface DecodedText {
  text: string;
  encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/** Number of bytes that are examined to detect UTF-16 without a byte order mark. */
const SAMPLE_BYTES = 4096;

/** Control characters that no text has: all except tab, line ends, vertical tab, form feed and escape. */
// oxlint-disable-next-line no-control-regex -- the pattern searches for them.
const BINARY = /[\0-\u0008\u000E-\u001A\u001C-\u001F]/;

/**
 * Decodes UTF-8, UTF-16 of either byte order, and Windows-1252, which includes Latin-1. Removes the byte order
 * mark. Returns undefined if the bytes are not text in any of these encodings.
 */
export function decodeText(content: Buffer): DecodedText | undefined {
  const order = utf16Order(content);
  if (order !== undefined) return decodeAs(content, order, 'UTF-16');
  return decodeAs(content, 'utf-8', 'UTF-8') ?? fromWindows(content);
}

/** Characters of the bytes 0x80 to 0x9f. Node.js 20 decodes Windows-1252 as Latin-1, where these are controls. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function fromWindows(content: Buffer): DecodedText | undefined {
  const text = content
    .toString('latin1')
    .replaceAll(/[\u0080-\u009f]/g, (letter) => WINDOWS[letter.charCodeAt(0) - 0x80] ?? letter);
  return BINARY.test(text) ? undefined : { text, encoding: 'Windows-1252' };
}

/** Describes an encoding other than UTF-8, as the end of a sentence. */
export function encodingNote({ encoding }: DecodedText): string | undefined {
  return encoding === 'UTF-8' ? undefined : `was decoded from ${encoding}; save it as UTF-8`;
}

/** Decodes with the decoder `label`. Returns undefined if the bytes are malformed there, or not text. */
function decodeAs(
  content: Buffer,
  label: string,
  encoding: DecodedText['encoding'],
): DecodedText | undefined {
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(content);
    return BINARY.test(text) ? undefined : { text, encoding };
  } catch {
    return undefined;
  }
}

/** Detects the byte order of UTF-16 by its mark, or by the zero bytes of ASCII letters. */
function utf16Order(content: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (content[0] === 0xff && content[1] === 0xfe) return 'utf-16le';
  if (content[0] === 0xfe && content[1] === 0xff) return 'utf-16be';
  const sample = content.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const enough = sample.length / 4;
  if (odd > enough && even === 0) return 'utf-16le';
  return even > enough && odd === 0 ? 'utf-16be' : undefined;
}

/**
 * Limits of an imported folder: more than real repositories have. A few folders that link to each other have more
 * paths than can be walked, so every visited entry counts on each path.
 */
export const TREE_LIMITS = {
  /** Visited files, folders and links. */
  entries: 100_000,
  depth: 16,
  /** Paths to one folder, including those through links. */
  pathsToFolder: 1_000,
};

/** The files of an imported folder. Links inside it are followed; links out of it are ignored. */
export interface SourceTree {
  /** Paths relative to the folder, with forward slashes. */
  paths: ReadonlySet<string>;
  /** Real folders, not links; "" is the root. */
  folders: ReadonlySet<string>;
  /** Reads one of `paths`. */
  read(path: string): Promise<FileReading>;
}

/** Lists the files of a folder. @throws INPUT_INVALID if it cannot be read or exceeds `limits` */
export async function readSourceTree(folder: string, limits = TREE_LIMITS): Promise<SourceTree> {
  const root = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    throw fault('INPUT_INVALID', { problem: `Could not read "${folder}" (${error.code}).` }, error);
  });
  if (!(await stat(root)).isDirectory()) {
    throw fault('INPUT_INVALID', { problem: `"${folder}" is not a folder.` });
  }
  const real = new Map<string, string>();
  const folders = new Set<string>();
  const pathsTo = new Map<string, number>();
  let entries = 0;

  async function walk(path: string, place: string, above: readonly string[]): Promise<void> {
    if (place === join(root, path)) folders.add(path);
    const paths = (pathsTo.get(place) ?? 0) + 1;
    pathsTo.set(place, paths);
    if (paths > limits.pathsToFolder) {
      const inside = relative(root, place).split(sep).join('/');
      throw tooMuch(
        `has links that create more than ${limits.pathsToFolder} paths to its folder "${inside}"`,
      );
    }
    for await (const entry of await opendir(place)) {
      entries += 1;
      if (entries > limits.entries) {
        throw tooMuch(`has more than ${limits.entries} files, folders and links, counting each path to them`);
      }
      if (entry.name === '.git') continue;
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      const target = await follow(join(place, entry.name), entry);
      if (target === undefined) continue;
      if (target.kind === 'file') real.set(inner, target.place);
      // A link to a parent folder would loop.
      else if (above.length < limits.depth && !above.includes(target.place)) {
        await walk(inner, target.place, [...above, target.place]);
      }
    }
  }

  function tooMuch(what: string): Error {
    return fault('INPUT_INVALID', { problem: `"${folder}" ${what}. Import a part of it.` });
  }

  /** Resolves an entry; undefined if it is outside the folder. */
  async function follow(
    place: string,
    entry: Dirent,
  ): Promise<{ kind: 'file' | 'folder'; place: string } | undefined> {
    if (entry.isFile()) return { kind: 'file', place };
    if (entry.isDirectory()) return { kind: 'folder', place };
    if (!entry.isSymbolicLink()) return undefined;
    const target = await realpath(place).catch(() => undefined);
    if (target === undefined || !`${target}${sep}`.startsWith(root + sep)) return undefined;
    if (relative(root, target).split(sep).includes('.git')) return undefined;
    const status = await stat(target);
    return { kind: status.isDirectory() ? 'folder' : 'file', place: target };
  }

  await walk('', root, [root]);
  return {
    paths: new Set(real.keys()),
    folders,
    read: (path) => readOrdinaryFile(real.get(path) ?? '', FOLDER_LIMITS.bytesPerFile),
  };
}

/** Resolves `given` relative to `folder`; undefined if the result is outside the tree. */
export function pathWithin(folder: string, given: string): string | undefined {
  const path = posix.normalize(posix.join(folder, given));
  return path === '..' || path.startsWith('../') || path.startsWith('/') ? undefined : path;
}
