import { posix } from 'node:path';
import { isGlob, matches } from '../schema/file-schema.ts';
import type { Notes, Place } from './import-note.ts';
import { tooLarge } from './lab-draft.ts';
import type { LabDraft } from './lab-draft.ts';
import type { ScenarioAsset } from './reading/scenario.ts';
import type { ScenarioSource } from './reading/scenario-source.ts';
import type { SourceTree } from './reading/source-tree.ts';

/** Folder of the lab for files that it copies into machines. */
const FOLDER = 'files';

/** An entry of a machine's `files` in lab.yaml. */
export interface WrittenFile {
  from: string;
  to: string;
  mode?: string;
}

/** The context that converts assets to files of a lab. */
export interface AssetWork {
  source: ScenarioSource;
  tree: SourceTree;
  draft: LabDraft;
  notes: Notes;
  placeOf(path: PropertyKey[]): Place;
}

/**
 * Copies the files of an asset into the draft. Returns undefined if there is nothing to copy, or if the draft is
 * already too large for a lab.
 */
export async function addAsset(asset: ScenarioAsset, work: AssetWork): Promise<WrittenFile | undefined> {
  const { source, tree, draft, notes } = work;
  const place = work.placeOf(asset.path);
  const file = posix.normalize(asset.file.trim().replace(/^\/+/, ''));
  if (file.startsWith('../') || file.includes('\\')) {
    notes.warn(`the asset "${asset.file}" is outside the folder "assets" and is skipped`, place);
    return undefined;
  }
  const names = filesOf(file, source.assets, tree);
  if (names.length === 0) {
    notes.warn(`the asset "${asset.file}" is missing and is skipped`, place);
    return undefined;
  }
  let placed = 0;
  for (const name of names) {
    if (tooLarge(draft) !== undefined) return undefined;
    const path = `${FOLDER}/${name}`;
    if (draft.files.has(path)) {
      placed += 1;
      continue;
    }
    const read = await tree.read(posix.join(source.assets, name));
    if ('problem' in read) {
      notes.warn(`the asset "${name}" ${read.problem} and is skipped`, place);
      continue;
    }
    draft.files.set(path, read.content);
    if (read.runnable) draft.runnable.add(path);
    placed += 1;
  }
  if (placed === 0) return undefined;
  const mode = asset.chmod === undefined ? undefined : fileMode(asset.chmod);
  if (asset.chmod !== undefined && mode === undefined) {
    notes.warn(`"${asset.chmod}" is not a file mode and is ignored`, place);
  }
  const to = targetOf(asset.target.trim(), { file, isFile: names.includes(file) });
  return { from: `${FOLDER}/${file}`, to, ...(mode !== undefined && mode !== '0644' && { mode }) };
}

/** Lists the assets that a path selects: a file, the files of a folder, or the matches of a glob. */
function filesOf(file: string, folder: string, tree: SourceTree): string[] {
  const names = [...tree.paths].flatMap((path) =>
    path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
  );
  if (isGlob(file)) return matches(file, names);
  return names.filter((name) => name === file || name.startsWith(`${file}/`));
}

/** Scenarios name the target folder of a file, and some name the file itself. A folder keeps its name in the target. */
function targetOf(target: string, { file, isFile }: { file: string; isFile: boolean }): string {
  const absolute = /^(~\/|\/)/.test(target) ? target : `/${target.replace(/^~?$/, '')}`;
  const path = target === '~' || target === '' ? '~/' : absolute;
  const isNamed = posix.basename(path) === posix.basename(file);
  if (isFile && isNamed && !path.endsWith('/')) return path;
  const folder = path.endsWith('/') ? path : `${path}/`;
  return isFile || isNamed || isGlob(file) ? folder : `${folder}${posix.basename(file)}/`;
}

/** Default permission bits. */
const PLAIN = 0o644;
/** Bits that a mode without `u`, `g`, `o` or `a` does not change, as with the default umask. */
const UMASK = 0o022;

const BITS: Record<string, number> = { r: 0o444, w: 0o222, x: 0o111 };
const WHO: Record<string, number> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };

/** Returns the mode that chmod(1) would give a new file, as four octal digits; undefined for an invalid mode. */
export function fileMode(given: string): string | undefined {
  if (/^[0-7]{3,4}$/.test(given)) return given.padStart(4, '0');
  let mode = PLAIN;
  for (const clause of given.split(',')) {
    // chmod rejects "rwx" alone, but its meaning is clear.
    const [, who = '', operator = '+', letters] = /^([ugoa]*)([+=-]?)([rwxX]+)$/.exec(clause) ?? [];
    if (letters === undefined) return undefined;
    const whose = who === '' ? 0o777 & ~UMASK : sum(who, WHO);
    const bits = sum(letters.toLowerCase(), BITS) & whose;
    if (operator === '-') mode &= ~bits;
    else mode = operator === '=' ? (mode & ~whose) | bits : mode | bits;
  }
  return mode.toString(8).padStart(4, '0');
}

function sum(letters: string, values: Record<string, number>): number {
  return letters.split('').reduce((all, letter) => all | (values[letter] ?? 0), 0);
}
