import { z } from 'zod';

/** Networks of one lab: each takes a subnet of the pool. */
const MAX_NETWORKS = 4;

const networkName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$/,
    'must be up to 16 small letters, digits and hyphens, starting with a letter, such as "front"',
  );

/** The one network of a lab. */
export const network = z
  .enum(['none', 'isolated', 'internet'])
  .optional()
  .describe('What the machines reach: nothing, each other (also when absent), the internet as well.');

/** Several networks, by name. */
export const networks = z
  .record(networkName, z.enum(['isolated', 'internet']))
  .refine((given) => Object.keys(given).length > 0, 'must name a network, or be left out')
  .refine((given) => Object.keys(given).length <= MAX_NETWORKS, `must have at most ${MAX_NETWORKS} networks`)
  .optional()
  .describe('Several networks in place of one: names, each "isolated" or "internet".');
