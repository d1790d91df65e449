import { useEffect, useSyncExternalStore } from 'react';
import { pageLanguages } from './language.ts';

/** What the texts that are shown can be read in, beside the page's own languages. */
let offered: readonly string[] = pageLanguages;
const listeners = new Set<() => void>();

/** Every language that something on the page can be read in. */
export function useOfferedLanguages(): readonly string[] {
  return useSyncExternalStore(listen, () => offered);
}

/** Offers these languages for as long as their texts are shown. */
export function useOffering(languages: readonly string[]): void {
  const joined = languages.join(' ');
  useEffect(() => {
    offer(joined.split(' ').filter(Boolean));
    return () => offer([]);
  }, [joined]);
}

function offer(languages: string[]): void {
  offered = [...new Set([...pageLanguages, ...languages])];
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
