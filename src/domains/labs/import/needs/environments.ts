import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { fault } from '../../../../core/errors.ts';
import { writeKey } from '../../lab-problem.ts';
import { explainIssue } from '../../schema/schema-messages.ts';
import { defaultEnvironments, environmentTable } from './environment-table.ts';
import type { EnvironmentTable } from './environment-table.ts';

/** The environment of an imported lab. */
export interface Environment {
  image: string;
  /** Names of its machines, the one with the terminal first. */
  hosts: readonly string[];
  /** Working directory that the scenario expects. */
  folder: string;
  /** Isolation profile of its machines. */
  profile: 'standard' | 'restricted' | 'nested';
  /** User of terminals and scripts. */
  user: string;
  /** Whether the lab can access the local registry. */
  registry: boolean;
  memory: string;
  cpus: number;
  /** Programs that such scenarios may need and that the image lacks. */
  lacks: readonly string[];
}

/** Returns the environment for an imageid, or the reason why none is available. */
export type EnvironmentFor = (imageid: string) => Environment | { refuse: string };

/** Reads the user's table, whose entries precede Berth's. @throws CONFIG_INVALID */
export async function readEnvironments(path: string | undefined): Promise<EnvironmentFor> {
  return environmentsOf(path === undefined ? {} : await readTable(path));
}

/** Creates a lookup that uses the first matching entry, with those of `own` first. Pure. */
export function environmentsOf(own: EnvironmentTable): EnvironmentFor {
  const entries = [...Object.entries(own), ...Object.entries(defaultEnvironments)];
  return (imageid) => {
    const [, found] = entries.find(([pattern]) => fits(pattern, imageid)) ?? [];
    if (!found) return { refuse: 'is not in the table of environments; see docs/importing.md' };
    if ('refuse' in found) return found;
    const { profile = 'standard', user = 'root', ...settings } = given(found);
    const folder = homeOf(user);
    const defaults = { hosts: ['host01'], folder, registry: false, memory: '512 MiB', cpus: 1, lacks: [] };
    const isExplicit = Object.values(own).includes(found) && found.memory !== undefined;
    const memory = isExplicit ? undefined : memoryIn(imageid);
    return { profile, user, ...defaults, ...settings, ...(memory !== undefined && { memory }) };
  };
}

/** Returns the memory in an imageid such as "ubuntu-4GB". */
function memoryIn(imageid: string): string | undefined {
  const [, number, unit = ''] = /[-_](\d{1,3})\s*([GM])i?B?$/i.exec(imageid) ?? [];
  return number === undefined ? undefined : `${number} ${unit.toUpperCase()}iB`;
}

/** Returns the home folder of a user. */
export function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}

function given<Entry extends object>(entry: Entry) {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Entry]: Exclude<Entry[Key], undefined>;
  };
}

/** Whether an imageid matches a pattern, ignoring case; `*` matches any characters. */
function fits(pattern: string, imageid: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const name = imageid.toLowerCase();
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

async function readTable(path: string): Promise<EnvironmentTable> {
  const problem = (text: string, cause?: unknown) =>
    fault(
      'CONFIG_INVALID',
      { problem: `Could not read the table of environments "${path}": ${text}` },
      cause,
    );
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw problem(`${error.code}.`, error);
  });
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    throw problem((error as Error).message, error);
  }
  const read = environmentTable.safeParse(data ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues.flatMap((one) => explainIssue(one, data));
  throw problem(issue ? `${writeKey(issue.path)}: ${issue.message}` : read.error.message);
}
