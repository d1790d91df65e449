/**
 * A text for learners in each language of the lab, by BCP 47 tag, in the lab's order; the first is the default.
 * A text that is the same in all languages is repeated under each tag.
 */
export type LocalizedText = Readonly<Record<string, string>>;

/** Returns the text in the best available language, see {@link languageGiven}. Never throws. */
export function inLanguage(text: LocalizedText, wanted?: string | null): string {
  return text[languageGiven(Object.keys(text), wanted)] ?? '';
}

/** Longest tag that is read, in characters: RFC 5646 recommends buffers of 35. */
const LONGEST_TAG = 64;

/**
 * Chooses one of `languages` for the BCP 47 tag `wanted`. It tries the tag, then shortens it part by part
 * (zh-Hant-TW, zh-Hant, zh: RFC 4647, section 3.4). Otherwise it returns the first language, the lab's default.
 */
export function languageGiven(languages: readonly string[], wanted?: string | null): string {
  const parts = wanted ? canonical(wanted).split('-') : [];
  for (let length = parts.length; length > 0; length--) {
    const tag = parts.slice(0, length).join('-');
    if (languages.includes(tag)) return tag;
  }
  return languages[0] ?? '';
}

function canonical(tag: string): string {
  if (tag.length > LONGEST_TAG) return '';
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? '';
  } catch {
    // Not a language tag.
    return '';
  }
}
