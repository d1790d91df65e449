import { useSyncExternalStore } from 'react';
import { storeValue, readStoredValue } from '../../components/stored-value.ts';

/** The languages that the page itself speaks. */
export type PageLanguage = 'en' | 'ko';

export const pageLanguages: readonly PageLanguage[] = ['en', 'ko'];

/** The same texts in each language of the page. */
export type Texts<Words> = Record<PageLanguage, Words>;

/** Where the browser keeps what was chosen. */
const KEPT_AS = 'berth-language';

/** What is read in, a BCP 47 tag: labs may be in languages that the page does not speak. */
let chosen = readStoredValue(KEPT_AS) ?? firstSpoken() ?? 'en';
const listeners = new Set<() => void>();
tell();

/** The language that is read in, which labs are asked for. */
export function useLanguage(): string {
  return useSyncExternalStore(listen, () => chosen);
}

/** Reads in this language from now on, in this browser. */
export function choose(language: string): void {
  chosen = language;
  storeValue(KEPT_AS, language);
  tell();
  for (const listener of listeners) listener();
}

/** Texts of the page in the language that is read in. */
export function useTexts<Words>(texts: Texts<Words>): Words {
  return texts[pageLanguageOf(useLanguage())];
}

/** {@link useTexts} for what is said once, outside of components. */
export function textsNow<Words>(texts: Texts<Words>): Words {
  return texts[pageLanguageOf(chosen)];
}

/** The language that the page itself is in now. */
export function pageLanguageNow(): PageLanguage {
  return pageLanguageOf(chosen);
}

/** The one of `languages`, which are in the order of their author, that a text asked for in `wanted` is given in. */
export function languageGiven(wanted: string, languages: readonly string[]): string {
  return nearest(wanted, languages) ?? languages[0] ?? 'en';
}

/** The language, or what is left of its tag without its last parts. */
function nearest<Tag extends string>(wanted: string, languages: readonly Tag[]): Tag | undefined {
  const parts = wanted.toLowerCase().split('-');
  for (; parts.length > 0; parts.pop()) {
    const found = languages.find((language) => language.toLowerCase() === parts.join('-'));
    if (found !== undefined) return found;
  }
  return undefined;
}

function pageLanguageOf(language: string): PageLanguage {
  return nearest(language, pageLanguages) ?? 'en';
}

function firstSpoken(): PageLanguage | undefined {
  return navigator.languages.map((language) => nearest(language, pageLanguages)).find(Boolean);
}

/** Tells screen readers and hyphenation. */
function tell(): void {
  document.documentElement.lang = pageLanguageOf(chosen);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
