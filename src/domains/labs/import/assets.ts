import { posix } from 'node:path';
import { isGlob, matches } from '../schema/glob.ts';
import { fileMode } from './reading/file-mode.ts';
import type { Notes, Place } from './import-note.ts';
import { tooLarge } from './lab-draft.ts';
import type { LabDraft } from './lab-draft.ts';
import type { ScenarioAsset } from './reading/scenario.ts';
import type { ScenarioSource } from './reading/scenario-source.ts';
import type { SourceTree } from './reading/source-tree.ts';

/** Folder of a lab that what it places is in. */
const FOLDER = 'files';

/** An entry of a machine's `files` in lab.yaml. */
export interface WrittenFile {
  from: string;
  to: string;
  mode?: string;
}

/** What assets are made into a lab's files with. */
export interface AssetWork {
  source: ScenarioSource;
  tree: SourceTree;
  draft: LabDraft;
  notes: Notes;
  placeOf(path: PropertyKey[]): Place;
}

/**
 * Copies the files of an asset into the draft; undefined where there is nothing to place. Nothing is added to a
 * draft that is too large for a lab already.
 */
export async function addAsset(asset: ScenarioAsset, work: AssetWork): Promise<WrittenFile | undefined> {
  const { source, tree, draft, notes } = work;
  const place = work.placeOf(asset.path);
  const file = posix.normalize(asset.file.trim().replace(/^\/+/, ''));
  if (file.startsWith('../') || file.includes('\\')) {
    notes.warn(`the asset "${asset.file}" leads out of the folder "assets": it is not placed`, place);
    return undefined;
  }
  const names = filesOf(file, source.assets, tree);
  if (names.length === 0) {
    notes.warn(`the asset "${asset.file}" is not there: it is not placed`, place);
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
      notes.warn(`the asset "${name}" ${read.problem}: it is not placed`, place);
      continue;
    }
    draft.files.set(path, read.content);
    if (read.runnable) draft.runnable.add(path);
    placed += 1;
  }
  if (placed === 0) return undefined;
  const mode = asset.chmod === undefined ? undefined : fileMode(asset.chmod);
  if (asset.chmod !== undefined && mode === undefined) {
    notes.warn(`"${asset.chmod}" is no mode of a file: it is left out`, place);
  }
  const to = targetOf(asset.target.trim(), { file, isFile: names.includes(file) });
  return { from: `${FOLDER}/${file}`, to, ...(mode !== undefined && mode !== '0644' && { mode }) };
}

/** Names from the folder of assets: a file, a folder with all in it, or what a glob stands for. */
function filesOf(file: string, folder: string, tree: SourceTree): string[] {
  const names = [...tree.paths].flatMap((path) =>
    path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
  );
  if (isGlob(file)) return matches(file, names);
  return names.filter((name) => name === file || name.startsWith(`${file}/`));
}

/** A scenario names the folder for a file, though some name the file in it; a folder keeps its name there. */
function targetOf(target: string, { file, isFile }: { file: string; isFile: boolean }): string {
  const absolute = /^(~\/|\/)/.test(target) ? target : `/${target.replace(/^~?$/, '')}`;
  const path = target === '~' || target === '' ? '~/' : absolute;
  const isNamed = posix.basename(path) === posix.basename(file);
  if (isFile && isNamed && !path.endsWith('/')) return path;
  const folder = path.endsWith('/') ? path : `${path}/`;
  return isFile || isNamed || isGlob(file) ? folder : `${folder}${posix.basename(file)}/`;
}
