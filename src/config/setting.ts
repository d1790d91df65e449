import { z } from 'zod';
import { parsePortion } from '../core/units.ts';

/** A setting of the service: one environment variable. docs/settings.md is generated from it. */
export interface Setting<Value> {
  /** Name of the environment variable. */
  name: string;
  /** One sentence for docs/settings.md. */
  doc: string;
  /** Value if the variable is absent or empty, as it would be written in the environment. */
  default?: string;
  /** For docs/settings.md: what applies if there is neither a variable nor a default. */
  absent?: string;
  /** Checks and converts the text of the variable. */
  schema: z.ZodType<Value>;
}

interface Definition<Schema extends z.ZodType> {
  schema: Schema;
  doc: string;
}

/** Defines a setting that always has a value. */
export function setting<Schema extends z.ZodType>(
  name: string,
  definition: Definition<Schema> & { default: string; absent?: string },
): Setting<z.output<Schema>> {
  return { name, ...definition, schema: definition.schema as z.ZodType<z.output<Schema>> };
}

/** Defines a setting without a default. Its value is undefined if the variable is absent or empty. */
export function optionalSetting<Schema extends z.ZodType>(
  name: string,
  { schema, ...definition }: Definition<Schema> & { absent?: string },
): Setting<z.output<Schema> | undefined> {
  return { name, ...definition, schema: schema.optional() };
}

/** An integer within these bounds, inclusive. */
export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(min).max(max);

/** A positive number up to this limit, such as of minutes or days. */
export const positive = (max: number) => z.coerce.number().positive().max(max);

/** Any text. An empty variable never gets here: it counts as absent. */
export const text = z.string();

/** The address of a web server: scheme, host and port. */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'must start with "http://" or "https://"' })
  .refine(
    (address) =>
      URL.canParse(address) && new URL(address).href.replace(/\/$/, '') === new URL(address).origin,
    'must be a scheme, a host and a port, without a path',
  );

/** Values separated by commas. */
export const list = z.string().transform((words) =>
  words
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean),
);

/**
 * Addresses of trusted proxies. There is no value for "all": the client itself wrote what a header says about the
 * client before the first trusted proxy.
 */
export const proxies = z
  .string()
  .transform((words) => (words === 'false' ? [] : words.split(',').map((word) => word.trim())))
  .pipe(
    z.array(
      z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.literal('loopback')], {
        error:
          'must be "false", or the addresses of the proxies: such as 10.0.0.5, a range such as 10.0.0.0/24, or "loopback", separated by commas',
      }),
    ),
  );

/** A size, or a share of the total. */
export const portion = z.string().transform((words, context) => {
  const parsed = parsePortion(words);
  if (parsed) return parsed;
  context.addIssue({
    code: 'custom',
    message: 'must be a size with its unit, such as "12 GiB", or a share, such as "80 %"',
  });
  return z.NEVER;
});
