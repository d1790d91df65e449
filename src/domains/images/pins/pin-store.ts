import { batches } from '../../../core/batches.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { ImagePin as PinRow } from '../../../infra/database/generated/sqlite/client.ts';
import type { ImagePin } from './pin.ts';

/** Most pins of a lab that are listed: of the versions used last. */
const LIST_LIMIT = 500;

export type PinStore = ReturnType<typeof createPinStore>;

/** Keeps which image each version of a lab is started with. */
export function createPinStore({ database: { client } }: { database: Database }) {
  return {
    /** The pins of one version of a lab. */
    async ofVersion(lab: string, labVersion: string): Promise<ImagePin[]> {
      return (await client.imagePin.findMany({ where: { labSlug: lab, labVersion } })).map(toPin);
    },

    /** Adds a pin, unless there is one by now: answers the one that counts. */
    async insert(pin: ImagePin): Promise<ImagePin> {
      const { lab: labSlug, digest = null, ...rest } = pin;
      const { labVersion, image } = pin;
      // In one statement: between two, the pin that is there could be forgotten.
      const row = await client.imagePin.upsert({
        where: { labSlug_labVersion_image: { labSlug, labVersion, image } },
        create: { ...rest, labSlug, digest },
        update: { image },
      });
      return toPin(row);
    },

    /** Notes a use of a version's pins, unless they were used after `unless` already. */
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

    /** Removes the pins of a lab; answers how many there were. */
    async forget(lab: string): Promise<number> {
      return (await client.imagePin.deleteMany({ where: { labSlug: lab } })).count;
    },

    /** Removes the pins of versions that were last used before `before`, except where `keep` says so. */
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

    /** The engine's ids of all that is pinned. */
    async imageIds(): Promise<Set<string>> {
      const rows = await client.imagePin.findMany({ distinct: ['imageId'], select: { imageId: true } });
      return new Set(rows.map(({ imageId }) => imageId));
    },

    /** Slugs of the labs of which a version is pinned to the image, in their order. */
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
