import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { fault } from '../../../../core/errors.ts';
import { writeKey } from '../../lab-problem.ts';
import { explainIssue } from '../../schema/schema-messages.ts';
import { defaultEnvironments } from './default-environments.ts';
import { environmentTable } from './environment-table.ts';
import type { EnvironmentTable } from './environment-table.ts';

/** What a lab of such a scenario is made from. */
export interface Environment {
  image: string;
  /** Names of its machines, the one with the terminal first. */
  hosts: readonly string[];
  /** Folder that the scenario takes for the present one. */
  folder: string;
  /** What its machines may do. */
  profile: 'standard' | 'restricted' | 'nested';
  /** Whose terminals there are, and who runs its scripts. */
  user: string;
  /** Whether the lab reaches the local registry. */
  registry: boolean;
  memory: string;
  cpus: number;
  /** Programs that such scenarios may want and that the image does not have. */
  lacks: readonly string[];
}

/** What there is in place of the environment of that name, or why there is nothing. */
export type EnvironmentFor = (imageid: string) => Environment | { refuse: string };

/** Reads a table of one's own, whose entries go before Berth's. @throws CONFIG_INVALID */
export async function readEnvironments(path: string | undefined): Promise<EnvironmentFor> {
  return environmentsOf(path === undefined ? {} : await readTable(path));
}

/** The first entry that fits decides; `own` ones go first. Pure. */
export function environmentsOf(own: EnvironmentTable): EnvironmentFor {
  const entries = [...Object.entries(own), ...Object.entries(defaultEnvironments)];
  return (imageid) => {
    const [, found] = entries.find(([pattern]) => fits(pattern, imageid)) ?? [];
    if (!found) return { refuse: 'is not in the table of environments: see docs/importing.md' };
    if ('refuse' in found) return found;
    const { profile = 'standard', user = 'root', ...rest } = given(found);
    const folder = homeOf(user);
    const usual = { hosts: ['host01'], folder, registry: false, memory: '512 MiB', cpus: 1, lacks: [] };
    const isSaid = Object.values(own).includes(found) && found.memory !== undefined;
    const memory = isSaid ? undefined : memoryIn(imageid);
    return { profile, user, ...usual, ...rest, ...(memory !== undefined && { memory }) };
  };
}

/** The memory that an imageid such as "ubuntu-4GB" names. */
function memoryIn(imageid: string): string | undefined {
  const [, number, unit = ''] = /[-_](\d{1,3})\s*([GM])i?B?$/i.exec(imageid) ?? [];
  return number === undefined ? undefined : `${number} ${unit.toUpperCase()}iB`;
}

/** The home of the image's user. */
export function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}

function given<Entry extends object>(entry: Entry) {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Entry]: Exclude<Entry[Key], undefined>;
  };
}

/** `*` stands for any letters; capital and small ones are the same. */
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
    fault('CONFIG_INVALID', { problem: `The table of environments "${path}": ${text}` }, cause);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw problem(`cannot be read (${error.code}).`, error);
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
