import { pageLanguageNow } from '../language/language.ts';
import type { PageLanguage } from '../language/language.ts';
import { koreanWords } from './words-ko.ts';

/** What the service says: its own words, which are English, with what they say and what they were made of. */
export interface Said {
  /** Of its findings or errors; absent where somebody else's words are passed on. */
  code?: string | undefined;
  message: string;
  details?: Readonly<Record<string, unknown>> | undefined;
}

/** The same as it comes in answers to queries. */
export interface Reason {
  code: string;
  message: string;
  details: { name: string; value: string }[];
}

/** What is read of a reason. */
export const reasonFields = 'code message details { name value }';

const words: Partial<Record<PageLanguage, Readonly<Record<string, string>>>> = { ko: koreanWords };

/** What the service says in the language that is read in; in its own words where there are no others. */
export function worded({ code = '', message, details = {} }: Said): string {
  const own = words[pageLanguageNow()]?.[code];
  return (own !== undefined && filled(own, details)) || message;
}

/** {@link worded}, of what a query answered. */
export function wordedReason({ code, message, details }: Reason): string {
  return worded({
    code,
    message,
    details: Object.fromEntries(details.map(({ name, value }) => [name, value])),
  });
}

/** Undefined where something is lacking. */
function filled(text: string, details: Readonly<Record<string, unknown>>): string | undefined {
  const lacks = [...text.matchAll(/\{(\w+)\}/g)].some(([, name = '']) => details[name] === undefined);
  return lacks ? undefined : text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name]));
}
