import type { Database } from '../../../infra/database/database.ts';

/** A name that an image has on the engine only while it is put into the local registry. */
export interface PushName {
  name: string;
  imageId: string;
  /** Name and tag in the registry. */
  target: string;
}

export type PushNameStore = ReturnType<typeof createPushNameStore>;

/** Remembers these names, so that a crash leaves none behind. */
export function createPushNameStore({ database: { client } }: { database: Database }) {
  return {
    /** As many as images are put there now, and were when a process died. */
    all: (): Promise<PushName[]> => client.pushName.findMany({ orderBy: { name: 'asc' } }),

    ofTarget: (target: string): Promise<PushName[]> => client.pushName.findMany({ where: { target } }),

    async put(given: PushName): Promise<void> {
      await client.pushName.upsert({ where: { name: given.name }, create: given, update: given });
    },

    async remove(name: string): Promise<void> {
      await client.pushName.deleteMany({ where: { name } });
    },
  };
}
