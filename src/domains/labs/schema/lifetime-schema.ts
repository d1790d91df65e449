import { z } from 'zod';
import { mapping } from './mapping.ts';

/** Longest life of a session, in minutes: thirty days. */
export const LONGEST_MINUTES = 30 * 24 * 60;

const minutes = z.number().positive().max(LONGEST_MINUTES).optional();

/** How long a session lives. */
export const lifetime = mapping({
  idle: minutes.describe('Minutes without input or output after which the session ends.'),
  total: minutes.describe('Minutes in all after which it ends, unless extended.'),
  max: minutes.describe('Longest life in minutes, with all extensions.'),
})
  .default({})
  .describe('How long a session lives, in minutes.');
