import { batches } from '../../core/batches.ts';
import type { Database } from '../../infra/database/database.ts';
import type { OwnImage as OwnImageRow } from '../../infra/database/generated/sqlite/client.ts';

/** A name that Berth brought to the engine, or the id of an image that it left there without one. */
export interface OwnImage {
  name: string;
  imageId: string;
  origin: 'pulled' | 'built';
}

export type OwnImageStore = ReturnType<typeof createOwnImageStore>;

/** Remembers which images are Berth's own: only these are ever removed. */
export function createOwnImageStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async find(name: string): Promise<OwnImage | undefined> {
      const row = await client.ownImage.findUnique({ where: { name } });
      return row ? toOwnImage(row) : undefined;
    },

    /** All there are: as many as were pulled and built here, and not yet removed. */
    async all(): Promise<OwnImage[]> {
      return (await client.ownImage.findMany({ orderBy: { name: 'asc' } })).map(toOwnImage);
    },

    /** Notes what a name of ours means now. The image that had it before has none now, and stays ours by its id. */
    async put(own: OwnImage, at: Date): Promise<void> {
      const row = { ...own, createdAt: at, unusedSince: null };
      await database.transaction(async (tx) => {
        const before = await tx.ownImage.findUnique({ where: { name: own.name } });
        await tx.ownImage.upsert({ where: { name: own.name }, create: row, update: row });
        if (!before || before.imageId === own.imageId) return;
        const nameless = { ...before, name: before.imageId };
        await tx.ownImage.upsert({ where: { name: nameless.name }, create: nameless, update: nameless });
      });
    },

    /** Notes which names nobody uses at this time; the others are used. */
    async noteUnused(names: readonly string[], at: Date): Promise<void> {
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

    /** The names that nobody was seen to use since then. */
    async unusedSince(at: Date): Promise<Set<string>> {
      const rows = await client.ownImage.findMany({
        where: { unusedSince: { lte: at } },
        select: { name: true },
      });
      return new Set(rows.map(({ name }) => name));
    },

    /** Forgets what is no longer on the engine. */
    async forget(names: readonly string[]): Promise<void> {
      for (const some of batches(names)) {
        await client.ownImage.deleteMany({ where: { name: { in: some } } });
      }
    },
  };
}

function toOwnImage({ name, imageId, origin }: OwnImageRow): OwnImage {
  return { name, imageId, origin };
}
