import { z } from 'zod';
import { MOST_WARM, WARM_TIME_PROBLEM, parseWarmTime } from '../warm-time.ts';
import { mapping } from './mapping.ts';

/** Times of one lab's schedule. */
const MOST_TIMES = 50;

const warmTime = z.string({ error: WARM_TIME_PROBLEM }).transform((value, context) => {
  const time = parseWarmTime(value);
  if (typeof time !== 'string') return time;
  context.addIssue({ code: 'custom', message: time });
  return z.NEVER;
});

const count = z.number().int().min(0).max(MOST_WARM);

/** Prewarmed environments: `warm: 2` is short for `warm: { count: 2 }`. */
export const warm = z
  .union(
    [
      count.transform((count) => ({ count, schedule: [] })),
      mapping({
        count: count.default(0).describe('Kept ready while the lab is in use.'),
        schedule: z
          .array(warmTime)
          .max(MOST_TIMES)
          .default([])
          .describe('Days and times with how many are ready by then, such as "Monday 09:00, 60".'),
      }),
    ],
    { error: 'must be how many, such as 2, or a mapping with "count" and "schedule"' },
  )
  .prefault(0)
  .describe('How many environments are prewarmed.');
