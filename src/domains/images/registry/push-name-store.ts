import type { Database } from '../../../infra/database/database.ts';

/** A temporary name of an image on the engine while it is pushed into the local registry. */
export interface PushName {
  name: string;
  imageId: string;
  /** Name and tag in the registry. */
  target: string;
}

export type PushNameStore = ReturnType<typeof createPushNameStore>;

/** Stores these names, so that they can be removed after a crash. */
export function createPushNameStore({ database: { client } }: { database: Database }) {
  return {
    /** Returns the names of current pushes, and of those that a crash interrupted. */
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
