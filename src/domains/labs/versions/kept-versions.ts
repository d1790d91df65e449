import type { Clock } from '../../../core/clock.ts';
import type { Log } from '../../../core/log.ts';
import type { LabFolder } from '../reading/lab-folder.ts';
import type { Lab } from '../lab.ts';
import { FOLDER, UPLOAD } from '../sources/choose-labs.ts';
import { readLabFiles } from '../reading/read-lab.ts';
import { versionName } from './version-key.ts';
import type { VersionKey } from './version-key.ts';
import type { LabVersionStore } from './version-store.ts';
import { contentDigest } from '../reading/lab-folder.ts';
import { entriesOf, unzipped, zippedTar } from '../reading/lab-tar.ts';

const RUNNABLE = 0o755;
const ORDINARY = 0o644;

/** A lab's files as one compressed archive, the same bytes for the same content. */
function packFolder({ files, runnable }: Pick<LabFolder, 'files' | 'runnable'>): Promise<Buffer> {
  const mtime = new Date(0);
  return zippedTar((archive) => {
    for (const [name, content] of files) {
      archive.entry({ name, mode: runnable.has(name) ? RUNNABLE : ORDINARY, mtime }, content);
    }
  });
}

/** The files that {@link packFolder} packed. Throws for anything else. */
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

const UNREADABLE = 'A stored version of a lab cannot be read';
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
  /** Stores those that are new. */
  async function keep(read: readonly ReadLab[]): Promise<void> {
    const stored = await store.known(read.map(({ lab }) => lab));
    // One that has been out of use is in use again: it must not be forgotten meanwhile.
    await store.touch(stored, clock.now());
    const known = new Set(stored.map(versionName));
    for (const { lab, folder } of read) {
      if (known.has(versionName(lab))) continue;
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
      try {
        const read = readLabFiles(key.slug, await unpackFolder(content));
        if ('lab' in read) return read.lab;
        log.warn({ ...key, problems: read.problems.slice(0, 3) }, UNREADABLE);
      } catch (error) {
        // One that is damaged keeps none of the others away.
        log.error({ ...key, err: error }, UNREADABLE);
      }
      return undefined;
    },

    keep,

    /** Stores what is new in the folder of labs, and notes what its labs are now; those in `broken` stay as they were. */
    async noteFolder(read: readonly ReadLab[], broken: ReadonlySet<string>): Promise<void> {
      await keep(read);
      const labs = read.map(({ lab }) => lab);
      await store.setPresent({ source: FOLDER, labs, broken, since: clock.now() });
    },

    /** Stores an uploaded lab, and makes it what the lab of its name is among the uploads. */
    async putUpload(read: ReadLab): Promise<void> {
      await keep([read]);
      await store.putPresent(UPLOAD, read.lab, clock.now());
    },

    /** Forgets an upload; false when there is none of that name. */
    dropUpload: (slug: string): Promise<boolean> => store.dropPresent(UPLOAD, slug),

    /** Forgets what has long been out of use. */
    async forgetUnused(): Promise<void> {
      const at = clock.now();
      await store.touch([...(await store.present()), ...(await versionsInUse())], at);
      await store.removeUnused(new Date(at.getTime() - keepDays * DAY_MS));
    },
  };
}
