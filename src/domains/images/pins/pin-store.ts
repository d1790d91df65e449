import { batches } from '../../../core/paging.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { ImagePin as PinRow } from '../../../infra/database/generated/sqlite/client.ts';
import type { ImagePin } from './pin.ts';

/** Maximum number of listed pins per lab: those of the versions used last. */
const LIST_LIMIT = 500;

export type PinStore = ReturnType<typeof createPinStore>;

/** Stores which image each lab version uses. */
export function createPinStore({ database: { client } }: { database: Database }) {
  return {
    /** Returns the pins of one lab version. */
    async ofVersion(lab: string, labVersion: string): Promise<ImagePin[]> {
      return (await client.imagePin.findMany({ where: { labSlug: lab, labVersion } })).map(toPin);
    },

    /** Inserts a pin unless one exists. Returns the valid one. */
    async insert(pin: ImagePin): Promise<ImagePin> {
      const { lab: labSlug, digest = null, ...rest } = pin;
      const { labVersion, image } = pin;
      // One statement: between two, an existing pin could be deleted.
      const row = await client.imagePin.upsert({
        where: { labSlug_labVersion_image: { labSlug, labVersion, image } },
        create: { ...rest, labSlug, digest },
        update: { image },
      });
      return toPin(row);
    },

    /** Stores a use of a version's pins, unless they were used after `unless` already. */
    async touch(lab: string, labVersion: string, { at, unless }: { at: Date; unless: Date }): Promise<void> {
      await client.imagePin.updateMany({
        where: { labSlug: lab, labVersion, usedAt: { lt: unless } },
        data: { usedAt: at },
      });
    },

    async ofLab(lab: string): Promise<ImagePin[]> {
      const rows = await client.imagePin.findMany({
        where: { labSlug: lab },
        orderBy: [{ usedAt: 'desc' }, { labVersion: 'asc' }, { image: 'asc' }],
        take: LIST_LIMIT,
      });
      return rows.map(toPin);
    },

    /** Deletes the pins of a lab. Returns how many. */
    async forget(lab: string): Promise<number> {
      return (await client.imagePin.deleteMany({ where: { labSlug: lab } })).count;
    },

    /** Deletes the pins of versions that were last used before `before`, except those that `keep` returns. */
    async removeUnused(
      before: Date,
      keep: (version: { lab: string; labVersion: string }) => boolean,
    ): Promise<void> {
      const unused = { usedAt: { lt: before } };
      const versions = await client.imagePin.findMany({
        where: unused,
        distinct: ['labSlug', 'labVersion'],
        select: { labSlug: true, labVersion: true },
      });
      const over = versions.filter(({ labSlug, labVersion }) => !keep({ lab: labSlug, labVersion }));
      for (const some of batches(over)) {
        await client.imagePin.deleteMany({ where: { ...unused, OR: some } });
      }
    },

    /** Returns the ids of all pinned images. */
    async imageIds(): Promise<Set<string>> {
      const rows = await client.imagePin.findMany({ distinct: ['imageId'], select: { imageId: true } });
      return new Set(rows.map(({ imageId }) => imageId));
    },

    /** Returns the sorted slugs of the labs with a version that is pinned to the image. */
    async labsOf(imageId: string): Promise<string[]> {
      const rows = await client.imagePin.findMany({
        where: { imageId },
        distinct: ['labSlug'],
        orderBy: { labSlug: 'asc' },
        select: { labSlug: true },
      });
      return rows.map(({ labSlug }) => labSlug);
    },
  };
}

function toPin({ labSlug, digest, ...row }: PinRow): ImagePin {
  return { ...row, lab: labSlug, digest: digest ?? undefined };
}
