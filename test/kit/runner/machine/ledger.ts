import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenMissing } from '../../../../setup/debian.mjs';
import { isOwnerGone, newOwner } from '../../../../src/infra/leases/process-owner.ts';
import { takeLeftovers } from './leftovers.ts';

const PREFIX = 'berth-installations-';
const OWNER = 'owner.json';

/** Where the tests of one run record their installations. */
export interface Ledger {
  /** File with a line for each installation: its id and its test. */
  readonly file: string;
  remove(): Promise<void>;
}

/** The run that a ledger belongs to. */
interface Owner {
  /** Names the process of the run. */
  process: string;
  /** Address of the engine that the tests use. */
  engine: string;
}

/** Creates the ledger of this run. It stays if the run is killed, so that the next run can remove the leftovers. */
export async function openLedger(
  engine: string,
  { owner = newOwner(), parent = tmpdir() } = {},
): Promise<Ledger> {
  const folder = await mkdtemp(join(parent, PREFIX));
  const file = join(folder, 'list');
  await writeFile(file, '');
  await writeFile(join(folder, OWNER), JSON.stringify({ process: owner, engine } satisfies Owner));
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Removes what killed runs left on this engine, with their ledgers. Returns a line for each removed object. Runs
 * in progress are left alone.
 */
export async function removeAbandoned(engine: string, parent = tmpdir()): Promise<string[]> {
  const removed: string[] = [];
  const names = await readdir(parent);
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const folder = join(parent, name);
    const owner = await readOwner(folder);
    if (!owner || owner.engine !== engine || !isOwnerGone(owner.process)) continue;
    removed.push(...(await takeLeftovers(join(folder, 'list'), engine, 0)));
    await rm(folder, { recursive: true });
  }
  return removed;
}

/** Returns undefined for a ledger that its run is still creating, or has just removed. */
async function readOwner(folder: string): Promise<Owner | undefined> {
  const text = await readFile(join(folder, OWNER), 'utf8').catch(whenMissing<undefined>(undefined));
  return text ? (JSON.parse(text) as Owner) : undefined;
}
