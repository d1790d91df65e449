import { batches } from '../../../core/batches.ts';
import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { VersionKey } from './version-key.ts';

/** What a lab of a source is now. */
export interface PresentVersion extends VersionKey {
  /** `folder`, `upload`, or the id of a repository that is followed. */
  source: string;
}

/** All labs of one source. */
export interface PresentLabs {
  source: string;
  labs: readonly VersionKey[];
  /** Slugs of labs that are there and cannot be used. */
  broken: ReadonlySet<string>;
  since: Date;
}

export type LabVersionStore = ReturnType<typeof createLabVersionStore>;

/** Keeps the contents that labs have had. What is stored under a version never changes. */
export function createLabVersionStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Which of these are stored. */
    async known(keys: readonly VersionKey[]): Promise<VersionKey[]> {
      const rows = [];
      for (const batch of batches(keys)) {
        const where = { OR: batch.map(toRowKey) };
        rows.push(...(await client.labVersion.findMany({ where, select: { labSlug: true, version: true } })));
      }
      return rows.map(toKey);
    },

    /** Stores a content, unless it is there. */
    async add({ slug, version, content, at }: VersionKey & { content: Buffer; at: Date }): Promise<void> {
      await client.labVersion.upsert({
        where: { labSlug_version: { labSlug: slug, version } },
        create: { labSlug: slug, version, content: Uint8Array.from(content), createdAt: at, usedAt: at },
        update: { version },
      });
    },

    /** The content as it was stored. */
    async content({ slug, version }: VersionKey): Promise<Uint8Array | undefined> {
      const where = { labSlug_version: { labSlug: slug, version } };
      return (await client.labVersion.findUnique({ where, select: { content: true } }))?.content;
    },

    /** What the labs of all sources were when those were last read: sources in their order, older ones first. */
    async present(): Promise<PresentVersion[]> {
      const rows = await client.presentLab.findMany({ orderBy: [{ source: 'asc' }, { labSlug: 'asc' }] });
      return rows.map(({ source, ...row }) => ({ ...toKey(row), source }));
    },

    setPresent: (labs: PresentLabs): Promise<void> => database.transaction((tx) => setPresent(tx, labs)),

    /** Makes this what the lab of the source is; the source's others stay. */
    async putPresent(source: string, { slug, version }: VersionKey, since: Date): Promise<void> {
      await client.presentLab.upsert({
        where: { source_labSlug: { source, labSlug: slug } },
        create: { source, labSlug: slug, version, since },
        update: { version, since },
      });
    },

    /** False when the source has no lab of that name. */
    async dropPresent(source: string, slug: string): Promise<boolean> {
      return (await client.presentLab.deleteMany({ where: { source, labSlug: slug } })).count > 0;
    },

    /** Notes that these are in use at `at`. */
    async touch(keys: readonly VersionKey[], at: Date): Promise<void> {
      for (const batch of batches(keys)) {
        await client.labVersion.updateMany({ where: { OR: batch.map(toRowKey) }, data: { usedAt: at } });
      }
    },

    /** Removes what was last in use before `before`. */
    async removeUnused(before: Date): Promise<void> {
      await client.labVersion.deleteMany({ where: { usedAt: { lt: before } } });
    },
  };
}

/**
 * Notes what the labs of a source are. Those in `broken` stay as they were; what is in neither is there
 * no more. `since` holds for those that changed.
 */
export async function setPresent(
  tx: Transaction,
  { source, labs, broken, since }: PresentLabs,
): Promise<void> {
  const rows = await tx.presentLab.findMany({ where: { source } });
  const before = new Map(rows.map(({ labSlug, version }) => [labSlug, version]));
  const now = new Map(labs.map(({ slug, version }) => [slug, version]));
  for (const [slug, version] of before) if (broken.has(slug) && !now.has(slug)) now.set(slug, version);
  const changed = [...now].filter(([slug, version]) => before.get(slug) !== version);
  const over = [...before.keys()].filter((slug) => now.get(slug) !== before.get(slug));
  for (const slugs of batches(over)) {
    await tx.presentLab.deleteMany({ where: { source, labSlug: { in: slugs } } });
  }
  await tx.presentLab.createMany({
    data: changed.map(([labSlug, version]) => ({ source, labSlug, version, since })),
  });
}

function toRowKey({ slug, version }: VersionKey): { labSlug: string; version: string } {
  return { labSlug: slug, version };
}

function toKey({ labSlug, version }: { labSlug: string; version: string }): VersionKey {
  return { slug: labSlug, version };
}
