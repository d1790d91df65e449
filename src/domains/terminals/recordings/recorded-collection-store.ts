import type { Database } from '../../../infra/database/database.ts';
import type { RecordedCollection } from './recording.ts';

export type RecordedCollectionStore = ReturnType<typeof createRecordedCollectionStore>;

/** Stores which collections are recorded. */
export function createRecordedCollectionStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Returns those of `collections` that are recorded. */
    async among(collections: readonly string[]): Promise<Set<string>> {
      const rows = await client.recordedCollection.findMany({
        where: { collection: { in: [...collections] } },
      });
      return new Set(rows.map(({ collection }) => collection));
    },

    list: (limit: number): Promise<RecordedCollection[]> =>
      client.recordedCollection.findMany({ orderBy: { collection: 'asc' }, take: limit }),

    /**
     * Adds a collection, and keeps the user who added it first. Returns false if `limit` others are recorded already;
     * concurrent calls cannot exceed the limit.
     */
    add: (recorded: RecordedCollection, limit: number): Promise<boolean> =>
      database.withLock('collections', async (tx) => {
        const { collection } = recorded;
        if ((await tx.recordedCollection.count({ where: { collection: { not: collection } } })) >= limit)
          return false;
        await tx.recordedCollection.upsert({
          where: { collection },
          create: recorded,
          update: { collection },
        });
        return true;
      }),

    async remove(collection: string): Promise<void> {
      await client.recordedCollection.deleteMany({ where: { collection } });
    },
  };
}
