import { z } from 'zod';
import { isLoopback } from '../core/local-url.ts';

/** Below this a cache holds no image for long. */
const SMALLEST_CACHE_BYTES = 64 * 1024 ** 2;

/** The settings of the registry that labs can pull from. */
export function registrySettings(address: z.ZodType<string>) {
  return {
    BERTH_REGISTRY: registrySetting(address).describe(
      'Registry of images that labs can pull from: "off", "auto" for one that Berth runs, or the address of another one, such as http://10.0.0.5:5000.',
    ),
    BERTH_REGISTRY_CACHE_BYTES: z.coerce
      .number()
      .int()
      .min(SMALLEST_CACHE_BYTES)
      .default(20 * 1024 ** 3)
      .describe('Most bytes that are kept of what labs pulled from another registry.'),
  };
}

/** `off`, `auto` for Berth's own registry, or the address of another one, which containers must reach. */
function registrySetting(address: z.ZodType<string>) {
  return z
    .string()
    .default('auto')
    .transform((text, context) => {
      if (text === 'off' || text === 'auto') return text;
      const read = address.safeParse(text.replace(/\/$/, ''));
      if (read.success && !isLoopback(new URL(read.data).hostname)) return read.data;
      context.addIssue({
        code: 'custom',
        message:
          'must be "off", "auto", or the address of a registry that containers reach, such as http://10.0.0.5:5000; localhost is another one for each container',
      });
      return z.NEVER;
    });
}
