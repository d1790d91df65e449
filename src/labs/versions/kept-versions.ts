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
  async function keep(read: readonly ReadLab[]): Promise<void> {
    const known = new Set((await store.known(read.map(({ lab }) => lab))).map(nameOf));
    for (const { lab, folder } of read) {
      if (known.has(nameOf(lab))) continue;
      const { slug, version } = lab;
      await store.add({ slug, version, content: await packFolder(folder), at: clock.now() });
    }
  }

  return {
    /** Versions on which a session runs or a saved state stands. */
    inUse: versionsInUse,

    /** What the labs of all sources were when those were last read, by any process. */
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
     * Stores what of a source's labs is new, and notes what they are now. Those in `broken` stay as
     * they were; what is in neither is there no more.
     */
    async note(source: string, read: readonly ReadLab[], broken: ReadonlySet<string>): Promise<void> {
      await keep(read);
      const before = await store.present();
      const stay = before.filter((each) => each.source === source && broken.has(each.slug));
      await store.setPresent(source, [...read.map(({ lab }) => lab), ...stay], clock.now());
    },

    /** Makes this what the lab of the source is; the source's others stay. */
    async put(source: string, read: ReadLab): Promise<void> {
      await keep([read]);
      await store.putPresent(source, read.lab, clock.now());
    },

    /** Forgets that the source has the lab; false when it has none of that name. */
    async drop(source: string, slug: string): Promise<boolean> {
      return store.dropPresent(source, slug);
    },

    /** Forgets what has long been out of use. */
    async forgetUnused(): Promise<void> {
      const at = clock.now();
      await store.touch([...(await store.present()), ...(await versionsInUse())], at);
      await store.removeUnused(new Date(at.getTime() - keepDays * DAY_MS));
    },
  };
}

/** One text for the two. */
export function nameOf({ slug, version }: VersionKey): string {
  return `${slug} ${version}`;
}
