import type { LocalizedText } from './localized-text.ts';

/**
 * The text in the language `wanted`, a BCP 47 tag; else in what is left of the tag when its last
 * parts are taken off (zh-Hant-TW, zh-Hant, zh: RFC 4647, section 3.4); else in the lab's default
 * language. Never throws, whatever was wanted.
 */
export function inLanguage(text: LocalizedText, wanted?: string | null): string {
  const parts = wanted ? canonical(wanted).split('-') : [];
  for (let length = parts.length; length > 0; length--) {
    const tag = parts.slice(0, length).join('-');
    if (Object.hasOwn(text, tag)) return text[tag] ?? '';
  }
  return Object.values(text)[0] ?? '';
}

function canonical(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? '';
  } catch {
    // No tag at all.
    return '';
  }
}
