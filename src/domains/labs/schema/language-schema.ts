import { z } from 'zod';

/** Languages of one lab: each repeats its texts. */
const MOST_LANGUAGES = 30;

/** The language of a lab that names none. */
const DEFAULT_LANGUAGE = 'en';

const language = z.string().transform((given, context) => {
  try {
    const tag = Intl.getCanonicalLocales(given)[0];
    if (tag === given) return tag;
    context.addIssue({ code: 'custom', message: `must be written "${tag}"` });
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be the tag of a language (BCP 47), such as "en", "ko" or "pt-BR"',
    });
  }
  return z.NEVER;
});

export const languages = z
  .array(language)
  .min(1)
  .max(MOST_LANGUAGES)
  .refine((tags) => new Set(tags).size === tags.length, 'must name each language once');

/** The languages that a lab.yaml names, as far as it can be understood. */
export function languagesOf(data: unknown): readonly string[] {
  const named = languages.safeParse((data as { languages?: unknown } | null | undefined)?.languages);
  return named.success ? named.data : [DEFAULT_LANGUAGE];
}
