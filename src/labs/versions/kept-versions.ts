import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { LabFolder } from '../lab-folder.ts';
import type { Lab } from '../lab.ts';
import { readLabFiles } from '../read-lab.ts';
import { packFolder, unpackFolder } from './version-archive.ts';
import type { LabVersionStore, VersionKey } from './version-store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A lab with the files that it was read from. */
export interface ReadLab {
  lab: Lab;
  folder: Pick<LabFolder, 'files' | 'runnable'>;
}

export type KeptVersions = ReturnType<typeof createKeptVersions>;

/** What labs have been, kept for the sessions and saved states that hang on it, and for labs that become wrong. */
export function createKeptVersions({
  store,
  versionsInUse,
  keepDays,
  clock,
  log,
}: {
  store: LabVersionStore;
  /** Versions on which a session runs or a saved state stands. */
  versionsInUse: () => Promise<VersionKey[]>;
  /** Days after its last use after which a former version is forgotten. */
  keepDays: number;
  clock: Clock;
  log: Log;
}) {
  return {
    /** Versions on which a session runs or a saved state stands. */
    inUse: versionsInUse,

    /** What each lab was when the labs were last read, by any process. */
    present: store.present,

    /** The lab as it was in that version; undefined where it is not kept, or was right for another Berth only. */
    async read(key: VersionKey): Promise<Lab | undefined> {
      const content = await store.content(key);
      if (!content) return undefined;
      const read = readLabFiles(key.slug, await unpackFolder(content));
      if ('lab' in read) return read.lab;
      log.warn(
        { ...key, problems: read.problems.slice(0, 3) },
        'A former version of a lab can not be read any more',
      );
      return undefined;
    },

    /**
     * Stores those of `read` that are new, notes `present` as what the labs are now, and forgets what
     * has long been out of use.
     */
    async note({
      read,
      present,
    }: {
      read: readonly ReadLab[];
      present: readonly VersionKey[];
    }): Promise<void> {
      const at = clock.now();
      const keys = read.map(({ lab: { slug, version } }) => ({ slug, version }));
      const known = new Set((await store.known(keys)).map(nameOf));
      for (const { lab, folder } of read) {
        if (known.has(nameOf(lab))) continue;
        await store.add({ slug: lab.slug, version: lab.version, content: await packFolder(folder), at });
      }
      await store.setPresent(present, at);
      await store.touch([...present, ...(await versionsInUse())], at);
      await store.removeUnused(new Date(at.getTime() - keepDays * DAY_MS));
    },
  };
}

/** One text for the two. */
export function nameOf({ slug, version }: VersionKey): string {
  return `${slug} ${version}`;
}
