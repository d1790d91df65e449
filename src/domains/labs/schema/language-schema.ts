import { z } from 'zod';

/** Maximum number of languages of one lab: each one repeats all texts. */
const MOST_LANGUAGES = 30;

/** Language of a lab without `languages`. */
const DEFAULT_LANGUAGE = 'en';

const language = z.string().transform((given, context) => {
  try {
    const tag = Intl.getCanonicalLocales(given)[0];
    if (tag === given) return tag;
    context.addIssue({ code: 'custom', message: `must be written "${tag}"` });
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be a language tag (BCP 47), such as "en", "ko" or "pt-BR"',
    });
  }
  return z.NEVER;
});

export const languages = z
  .array(language)
  .min(1)
  .max(MOST_LANGUAGES)
  .refine((tags) => new Set(tags).size === tags.length, 'must list each language only once');

/** Returns the languages of unvalidated data; the default if they are missing or invalid. */
export function languagesOf(data: unknown): readonly string[] {
  const named = languages.safeParse((data as { languages?: unknown } | null | undefined)?.languages);
  return named.success ? named.data : [DEFAULT_LANGUAGE];
}
