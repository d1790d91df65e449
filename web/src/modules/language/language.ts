import { useEffect, useSyncExternalStore } from 'react';
import { readStoredValue, storeValue } from '../../components/stored-value.ts';

/** A language of the web app's own texts. */
export type PageLanguage = 'en' | 'ko';

const pageLanguages: readonly PageLanguage[] = ['en', 'ko'];

/** The same texts in each language of the web app. */
export type Texts<Words> = Record<PageLanguage, Words>;

/** The key in the browser's storage. */
const STORAGE_KEY = 'berth-language';

/** The user's language, a BCP 47 tag. Labs can have languages that the web app does not have. */
let chosen = readStoredValue(STORAGE_KEY) ?? browserLanguage() ?? 'en';
/** The languages of the web app and of the labs that are shown. */
let offered: readonly string[] = pageLanguages;
const listeners = new Set<() => void>();
setDocumentLanguage();

/** Returns the user's language, in which labs are requested. */
export function useLanguage(): string {
  return useSyncExternalStore(listen, () => chosen);
}

/** Sets the user's language and stores it in this browser. */
export function chooseLanguage(language: string): void {
  chosen = language;
  storeValue(STORAGE_KEY, language);
  setDocumentLanguage();
  notify();
}

/** Returns every language that a text on the page is available in. */
export function useOfferedLanguages(): readonly string[] {
  return useSyncExternalStore(listen, () => offered);
}

/** Offers more languages while the component is mounted. */
export function useOfferLanguages(languages: readonly string[]): void {
  const joined = languages.join(' ');
  useEffect(() => {
    offer(joined.split(' ').filter(Boolean));
    return () => offer([]);
  }, [joined]);
}

/** Returns texts of the web app in the user's language. */
export function useTexts<Words>(texts: Texts<Words>): Words {
  return texts[pageLanguageOf(useLanguage())];
}

/** Returns texts in the user's language, for code outside of components. See {@link useTexts}. */
export function textsNow<Words>(texts: Texts<Words>): Words {
  return texts[pageLanguageOf(chosen)];
}

/** Returns the language of the web app's texts. */
export function pageLanguageNow(): PageLanguage {
  return pageLanguageOf(chosen);
}

/** Returns the language in which the service answers a request for `wanted`. A lab lists its default language first. */
export function languageOfText(wanted: string, languages: readonly string[]): string {
  return nearest(wanted, languages) ?? languages[0] ?? 'en';
}

/** Finds a language by its tag. If it is missing, removes the last subtag and tries again. */
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

function browserLanguage(): PageLanguage | undefined {
  return navigator.languages.map((language) => nearest(language, pageLanguages)).find(Boolean);
}

/** Sets the document's language for screen readers and hyphenation. */
function setDocumentLanguage(): void {
  document.documentElement.lang = pageLanguageOf(chosen);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function offer(languages: string[]): void {
  offered = [...new Set([...pageLanguages, ...languages])];
  notify();
}

function notify(): void {
  for (const listener of listeners) listener();
}
