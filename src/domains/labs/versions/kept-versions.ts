import type { Clock } from '../../../core/clock.ts';
import type { Log } from '../../../core/log.ts';
import { DAY_MS } from '../../../core/units.ts';
import type { LabFolder } from '../reading/lab-folder.ts';
import type { Lab, VersionKey } from '../lab.ts';
import type { LabReader } from '../reading/reader-thread.ts';
import { versionName } from '../lab.ts';
import { FOLDER, UPLOAD } from './version-store.ts';
import type { LabVersionStore } from './version-store.ts';
import { contentDigest } from '../reading/lab-folder.ts';
import { entriesOf, unzipped, zippedTar } from '../reading/lab-tar.ts';

const RUNNABLE = 0o755;
const ORDINARY = 0o644;

/** Packs a lab's files into one compressed archive. The same content gives the same bytes. */
function packFolder({ files, runnable }: Pick<LabFolder, 'files' | 'runnable'>): Promise<Buffer> {
  const mtime = new Date(0);
  return zippedTar(async (add) => {
    for (const [name, content] of files) {
      await add({ name, mode: runnable.has(name) ? RUNNABLE : ORDINARY, mtime }, content);
    }
  });
}

/** Unpacks an archive of {@link packFolder}. Throws for anything else. */
async function unpackFolder(packed: Uint8Array): Promise<LabFolder> {
  const files = new Map<string, Buffer>();
  const runnable = new Set<string>();
  for await (const { header, content } of entriesOf(await unzipped(packed))) {
    const { name, mode } = header;
    files.set(name, content);
    if (mode === RUNNABLE) runnable.add(name);
  }
  return { files, runnable, version: contentDigest(files, runnable), refused: new Map() };
}

const UNREADABLE = 'stored version of a lab is unreadable';

/** A lab with the files it was read from. */
export interface ReadLab {
  lab: Lab;
  folder: Pick<LabFolder, 'files' | 'runnable'>;
}

export type KeptVersions = ReturnType<typeof createKeptVersions>;

/** Stores versions of labs for the sessions that use them, and for labs that become invalid. */
export function createKeptVersions({
  store,
  readFiles,
  versionsInUse,
  keepDays,
  clock,
  log,
}: {
  store: LabVersionStore;
  readFiles: LabReader;
  /** Lists the versions that running and saved sessions use. */
  versionsInUse: () => Promise<VersionKey[]>;
  /** Days for which an unused former version stays stored. */
  keepDays: number;
  clock: Clock;
  log: Log;
}) {
  /** Stores the new versions. */
  async function keep(read: readonly ReadLab[]): Promise<void> {
    const stored = await store.known(read.map(({ lab }) => lab));
    // A stored version may have been unused for long: mark it as used before the cleanup removes it.
    await store.touch(stored, clock.now());
    const known = new Set(stored.map(versionName));
    for (const { lab, folder } of read) {
      if (known.has(versionName(lab))) continue;
      const { slug, version } = lab;
      await store.add({ slug, version, content: await packFolder(folder), at: clock.now() });
    }
  }

  return {
    /** Lists the versions that running and saved sessions use. */
    inUse: versionsInUse,

    /** Lists the labs of all sources, as any process last read them. */
    present: store.present,

    /** Reads a stored version; undefined if it is not stored, or is no longer valid in this version of Berth. */
    async read(key: VersionKey): Promise<Lab | undefined> {
      const content = await store.content(key);
      if (!content) return undefined;
      try {
        const read = await readFiles(key.slug, await unpackFolder(content));
        if ('lab' in read) return read.lab;
        log.warn({ ...key, problems: read.problems.slice(0, 3) }, UNREADABLE);
      } catch (error) {
        // A damaged version must not affect the others.
        log.error({ ...key, err: error }, UNREADABLE);
      }
      return undefined;
    },

    keep,

    /** Stores new versions from the folder of labs, and its list of labs. Labs in `broken` keep their last version. */
    async noteFolder(read: readonly ReadLab[], broken: ReadonlySet<string>): Promise<void> {
      await keep(read);
      const labs = read.map(({ lab }) => lab);
      await store.setPresent({ source: FOLDER, labs, broken, since: clock.now() });
    },

    /** Stores an uploaded lab as the current upload of its name. */
    async putUpload(read: ReadLab): Promise<void> {
      await keep([read]);
      await store.putPresent(UPLOAD, read.lab, clock.now());
    },

    /** Removes an upload. Returns false if no upload has that name. */

    dropUpload: (slug: string): Promise<boolean> => store.dropPresent(UPLOAD, slug),

    /** Removes versions that have been unused for `keepDays`. */
    async forgetUnused(): Promise<void> {
      const at = clock.now();
      await store.touch([...(await store.present()), ...(await versionsInUse())], at);
      await store.removeUnused(new Date(at.getTime() - keepDays * DAY_MS));
    },
  };
}
