import { batches } from '../../../core/paging.ts';
import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { VersionKey } from '../lab.ts';

/** Source id of the folder of labs. */
export const FOLDER = 'folder';
/** Source id of uploaded labs. */
export const UPLOAD = 'upload';

/** The current version of a lab in a source. */
export interface PresentVersion extends VersionKey {
  /** {@link FOLDER}, {@link UPLOAD}, or the id of a followed repository. */
  source: string;
}

/** All current labs of one source. */
interface PresentLabs {
  source: string;
  labs: readonly VersionKey[];
  /** Slugs of labs that exist and are invalid. */
  broken: ReadonlySet<string>;
  since: Date;
}

export type LabVersionStore = ReturnType<typeof createLabVersionStore>;

/** Stores the contents of lab versions. The content of a version never changes. */
export function createLabVersionStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Returns the keys that are stored. */
    async known(keys: readonly VersionKey[]): Promise<VersionKey[]> {
      const rows = [];
      for (const batch of batches(keys)) {
        const where = { OR: batch.map(toRowKey) };
        rows.push(...(await client.labVersion.findMany({ where, select: { labSlug: true, version: true } })));
      }
      return rows.map(toKey);
    },

    /** Stores a version, unless it exists. */
    async add({ slug, version, content, at }: VersionKey & { content: Buffer; at: Date }): Promise<void> {
      await client.labVersion.upsert({
        where: { labSlug_version: { labSlug: slug, version } },
        create: { labSlug: slug, version, content: Uint8Array.from(content), createdAt: at, usedAt: at },
        update: { version },
      });
    },

    /** Returns the stored content. */
    async content({ slug, version }: VersionKey): Promise<Uint8Array | undefined> {
      const where = { labSlug_version: { labSlug: slug, version } };
      return (await client.labVersion.findUnique({ where, select: { content: true } }))?.content;
    },

    /** Lists the labs of all sources as last read, by source (older repositories first) and slug. */
    async present(): Promise<PresentVersion[]> {
      const rows = await client.presentLab.findMany({ orderBy: [{ source: 'asc' }, { labSlug: 'asc' }] });
      return rows.map(({ source, ...row }) => ({ ...toKey(row), source }));
    },

    setPresent: (labs: PresentLabs): Promise<void> => database.transaction((tx) => setPresent(tx, labs)),

    /** Sets the current version of one lab of a source. */
    async putPresent(source: string, { slug, version }: VersionKey, since: Date): Promise<void> {
      await client.presentLab.upsert({
        where: { source_labSlug: { source, labSlug: slug } },
        create: { source, labSlug: slug, version, since },
        update: { version, since },
      });
    },

    /** Removes a lab from a source. Returns false if the source has no such lab. */
    async dropPresent(source: string, slug: string): Promise<boolean> {
      return (await client.presentLab.deleteMany({ where: { source, labSlug: slug } })).count > 0;
    },

    /** Sets the time of last use. */
    async touch(keys: readonly VersionKey[], at: Date): Promise<void> {
      for (const batch of batches(keys)) {
        await client.labVersion.updateMany({ where: { OR: batch.map(toRowKey) }, data: { usedAt: at } });
      }
    },

    /** Removes the versions last used before `before`. */
    async removeUnused(before: Date): Promise<void> {
      await client.labVersion.deleteMany({ where: { usedAt: { lt: before } } });
    },
  };
}

/**
 * Replaces the list of a source's current labs. Labs in `broken` keep their version, and labs in neither list are
 * removed. Changed labs get the time `since`.
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
  const outdated = [...before.keys()].filter((slug) => now.get(slug) !== before.get(slug));
  for (const slugs of batches(outdated)) {
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
