import { join } from 'node:path';
import { defineCommand } from 'citty';
import { system } from '../../domains/identity/actor.ts';
import { createPinService } from '../../domains/images/pins/pins.ts';
import { createPinStore } from '../../domains/images/pins/pin-store.ts';
import type { PinService } from '../../domains/images/pins/pin.ts';
import { createLabVersionStore } from '../../domains/labs/versions/version-store.ts';
import { isLab } from './named-labs.ts';
import { withDatabase } from '../database.ts';

const lab = {
  type: 'positional',
  required: true,
  description: "The lab's slug.",
} as const;

/** `berth labs pins <lab>`: lists the images that the versions of a lab use. */
export const pinsCommand = defineCommand({
  meta: { name: 'pins', description: 'List the images that the versions of a lab use.' },
  args: { lab },
  run: ({ args }) =>
    withPins(args.lab, async (pins) => {
      for (const { labVersion, image, imageId, digest, usedAt } of await pins.list(system, args.lab)) {
        const day = usedAt.toISOString().slice(0, 10);
        process.stdout.write(
          `${labVersion.slice(0, 12)}  ${image}  ${digest ?? imageId}  last used ${day}\n`,
        );
      }
    }),
});

/** `berth labs repin <lab>`: removes the pins, so that the next start resolves the image names again. */
export const repinCommand = defineCommand({
  meta: { name: 'repin', description: 'Resolve the image names of a lab again at its next start.' },
  args: { lab },
  run: ({ args }) =>
    withPins(args.lab, async (pins) => {
      process.stdout.write(`${await pins.repin(system, args.lab)} pins removed\n`);
    }),
});

async function withPins(slug: string, work: (pins: PinService) => Promise<void>): Promise<void> {
  await withDatabase(async ({ config, database }) => {
    const present = await createLabVersionStore({ database }).present();
    const exists = (await isLab(join(config.labsDir, slug))) || present.some((each) => each.slug === slug);
    const store = createPinStore({ database });
    await work(createPinService({ store, hasLab: () => exists }));
  });
}
