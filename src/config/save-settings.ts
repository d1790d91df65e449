import { z } from 'zod';

/** Settings of saved sessions. */
export const saveSettings = {
  BERTH_SAVE_ON_END: z
    .stringbool()
    .default(true)
    .describe(
      'Whether a session that ends by idleness or by age is saved, so that its learner can go on later.',
    ),
  BERTH_SAVE_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(1024 * 1024)
    .default(4 * 1024 ** 3)
    .describe('Most bytes of one saved session, beyond the images of its lab.'),
  BERTH_SAVE_QUOTA_BYTES: z.coerce
    .number()
    .int()
    .min(1024 * 1024)
    .default(20 * 1024 ** 3)
    .describe(
      'Most bytes that the saved sessions of one learner take together; a quota of the learner overrides it.',
    ),
  BERTH_SAVE_DAYS: z.coerce
    .number()
    .positive()
    .max(3650)
    .default(30)
    .describe('Days that a saved session is kept.'),
};
