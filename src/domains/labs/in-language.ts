import type { LocalizedText } from './localized-text.ts';

/** The text in the language that {@link languageGiven} chooses of its own. Never throws, whatever was wanted. */
export function inLanguage(text: LocalizedText, wanted?: string | null): string {
  return text[languageGiven(Object.keys(text), wanted)] ?? '';
}

/**
 * The one of `languages` that stands for the language `wanted`, a BCP 47 tag: that one; else what is left of
 * the tag when its last parts are taken off (zh-Hant-TW, zh-Hant, zh: RFC 4647, section 3.4); else the
 * first, which is the lab's default.
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
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? '';
  } catch {
    // No tag at all.
    return '';
  }
}
