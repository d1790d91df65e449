import { batches } from '../../core/paging.ts';
import type { Database } from '../../infra/database/database.ts';
import type { OwnImage as ManagedImageRow } from '../../infra/database/generated/sqlite/client.ts';

/** A name that Berth added to the engine, or the id of an image that it left there without a name. */
export interface ManagedImage {
  name: string;
  imageId: string;
  origin: 'pulled' | 'built';
}

export type ManagedImageStore = ReturnType<typeof createManagedImageStore>;

/** Stores which images Berth manages: it only removes these. */
export function createManagedImageStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async find(name: string): Promise<ManagedImage | undefined> {
      const row = await client.ownImage.findUnique({ where: { name } });
      return row ? toOwnImage(row) : undefined;
    },

    /** Returns all managed images: those pulled and built here, and not removed yet. */
    async all(): Promise<ManagedImage[]> {
      return (await client.ownImage.findMany({ orderBy: { name: 'asc' } })).map(toOwnImage);
    },

    /** Stores the image of a managed name. The image that had the name before stays managed by its id. */
    async put(own: ManagedImage, at: Date): Promise<void> {
      const row = { ...own, createdAt: at, unusedSince: null };
      await database.transaction(async (tx) => {
        const before = await tx.ownImage.findUnique({ where: { name: own.name } });
        await tx.ownImage.upsert({ where: { name: own.name }, create: row, update: row });
        if (!before || before.imageId === own.imageId) return;
        const nameless = { ...before, name: before.imageId };
        await tx.ownImage.upsert({ where: { name: nameless.name }, create: nameless, update: nameless });
      });
    },

    /** Stores which names are unused at this time; all others count as used. */
    async markUnused(names: readonly string[], at: Date): Promise<void> {
      const unused = new Set(names);
      const rows = await client.ownImage.findMany({ select: { name: true, unusedSince: true } });
      for (const { name, unusedSince } of rows) {
        if ((unusedSince !== null) === unused.has(name)) continue;
        await client.ownImage.updateMany({
          where: { name, unusedSince },
          data: { unusedSince: unused.has(name) ? at : null },
        });
      }
    },

    /** Returns the names that have been unused since then. */
    async unusedSince(at: Date): Promise<Set<string>> {
      const rows = await client.ownImage.findMany({
        where: { unusedSince: { lte: at } },
        select: { name: true },
      });
      return new Set(rows.map(({ name }) => name));
    },

    /** Deletes names that the engine no longer has. */
    async forget(names: readonly string[]): Promise<void> {
      for (const some of batches(names)) {
        await client.ownImage.deleteMany({ where: { name: { in: some } } });
      }
    },
  };
}

function toOwnImage({ name, imageId, origin }: ManagedImageRow): ManagedImage {
  return { name, imageId, origin };
}
