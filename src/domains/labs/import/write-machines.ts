import { posix } from 'node:path';
import { isGlob, matches } from '../schema/file-schema.ts';
import { homeOf } from './needs/environments.ts';
import type { Environment } from './needs/environments.ts';
import type { Scenario, ScenarioAsset } from './reading/scenario.ts';
import type { PagePort } from './text/page.ts';
import type { Notes, Place } from './import-note.ts';
import { tooLarge } from './lab-draft.ts';
import type { LabDraft } from './lab-draft.ts';
import type { ScenarioSource, SourceTree } from './reading/scenario-source.ts';

/** Maximum number of ports of a machine. */
const MOST_PORTS = 20;

/** Longest name of a port, in characters. */
const LONGEST_NAME = 60;

/** Aliases of the machine with the terminal. */
const FIRST = new Set(['client', 'host01']);

/** Returns the machines of lab.yaml. */
export async function writeMachines({
  scenario,
  environment,
  ports,
  start,
  work,
}: {
  scenario: Scenario;
  environment: Environment;
  ports: readonly PagePort[];
  /** Start scripts of the first machine. */
  start: readonly object[];
  work: AssetWork;
}): Promise<object[]> {
  const files = await filesByHost(scenario, environment, work);
  const [first = 'host01'] = environment.hosts;
  return environment.hosts.map((name) => ({
    name,
    image: environment.image,
    ...(environment.profile !== 'standard' && { profile: environment.profile }),
    user: environment.user,
    ...(environment.folder !== homeOf(environment.user) && { shell: shellIn(environment.folder) }),
    memory: environment.memory,
    cpus: environment.cpus,
    ...list('ports', name === first ? portsOf(scenario, name, ports) : portsOf(undefined, name, ports)),
    ...list('files', files.get(name) ?? []),
    ...list('start', name === first ? [...folderStart(environment), ...start] : []),
  }));
}

async function filesByHost(
  scenario: Scenario,
  { hosts, user }: Environment,
  work: AssetWork,
): Promise<Map<string, WrittenFile[]>> {
  const files = new Map<string, WrittenFile[]>();
  for (const asset of scenario.assets) {
    const host = hosts.includes(asset.host) ? asset.host : FIRST.has(asset.host) ? hosts[0] : undefined;
    if (host === undefined) {
      const message = `there is no machine "${asset.host}"; "${asset.file}" is skipped`;
      work.notes.warn(message, work.placeOf(asset.path));
      continue;
    }
    const file = await addAsset({ ...asset, target: atHome(asset.target, user) }, work);
    if (file) files.set(host, [...(files.get(host) ?? []), file]);
  }
  return files;
}

/** Moves a target in root's home to the home of the machine's user. */
function atHome(target: string, user: string): string {
  return user === 'root' ? target : target.trim().replace(/^\/root(?=\/|$)/, '~');
}

function portsOf(scenario: Scenario | undefined, host: string, ports: readonly PagePort[]) {
  const named = (scenario?.dashboards ?? []).map(({ name, port }) => {
    return {
      port,
      name: name
        .replaceAll(/[\s\p{Cc}]+/gu, ' ')
        .trim()
        .slice(0, LONGEST_NAME),
    };
  });
  const linked = ports.flatMap((one) => (one.host === host ? [{ port: one.port, name: '' }] : []));
  const all = new Map<number, { port: number; name: string } | number>();
  for (const { port, name } of [...named, ...linked]) {
    if (port >= 1 && port <= 65_535 && !all.has(port)) all.set(port, name === '' ? port : { port, name });
  }
  return [...all.values()].slice(0, MOST_PORTS);
}

function shellIn(folder: string): string[] {
  return ['/bin/bash', '-c', `cd ${folder}; exec bash -l`];
}

function folderStart({ folder, user }: Environment): string[] {
  return folder === homeOf(user) ? [] : [`mkdir -p ${folder}`];
}

function list(key: string, entries: readonly unknown[]): object {
  return entries.length === 0 ? {} : { [key]: entries };
}

/** Folder of the lab for files that it copies into machines. */
const FOLDER = 'files';

/** An entry of a machine's `files` in lab.yaml. */
interface WrittenFile {
  from: string;
  to: string;
  mode?: string;
}

/** The context that converts assets to files of a lab. */
interface AssetWork {
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
