import { z } from 'zod';

const days = z.coerce.number().int().min(1).max(36_500);

/** How long images are kept. */
export const imageSettings = {
  BERTH_PIN_DAYS: days
    .default(180)
    .describe(
      'Days without use after which a former version of a lab is forgotten, and lets go of the images that it was pinned to.',
    ),
  BERTH_IMAGE_DAYS: days
    .optional()
    .describe('Days without use after which an image that Berth pulled or built is removed.'),
};
