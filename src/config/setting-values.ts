import { z } from 'zod';
import { parsePortion } from '../core/units.ts';

/** A time in minutes. */
export const minutes = (fallback: number) => z.coerce.number().positive().max(100_000).default(fallback);

/** Scheme, host and port. */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'must begin with "http://" or "https://"' })
  .refine(
    (text) => URL.canParse(text) && new URL(text).href.replace(/\/$/, '') === new URL(text).origin,
    'must be a scheme, a host and a port, with no path behind them',
  );

/** Words with commas between. */
export const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );

/** Proxies that are believed. Never all there are: what a header says of the client before the first proxy, the client wrote. */
export const proxies = z
  .string()
  .default('false')
  .transform((text) => (text === 'false' ? [] : text.split(',').map((part) => part.trim())))
  .pipe(
    z.array(
      z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.literal('loopback')], {
        error:
          'must be "false", or the addresses of the proxies: such as 10.0.0.5, a range such as 10.0.0.0/24, or "loopback", separated by commas',
      }),
    ),
  );

/** A size, or a share of what there is. */
export const portion = z.string().transform((text, context) => {
  const parsed = parsePortion(text);
  if (parsed) return parsed;
  context.addIssue({
    code: 'custom',
    message: 'must be a size with its unit, such as "12 GiB", or a share, such as "80 %"',
  });
  return z.NEVER;
});
