import { z } from 'zod';
import { isLoopback } from './local-url.ts';

/** `off`, `auto` for Berth's own registry, or the address of another one, which containers must reach. */
export function registrySetting(address: z.ZodType<string>) {
  return z
    .string()
    .default('off')
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
