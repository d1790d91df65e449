import type { Reason } from '../../generated/operations.ts';
import { koreanMessages } from './messages-ko.ts';
import { pageLanguageNow } from '../language/language.ts';
import type { PageLanguage } from '../language/language.ts';

/** A message from the service, with the data to show it in another language. */
export interface ServiceMessage {
  /** The code of a finding or an error. Absent if the message is not the service's own, for example a lab author's. */
  code?: string | undefined;
  /** In English, if there is a code. */
  message: string;
  /** The values of the message's placeholders, by name. */
  details?: Readonly<Record<string, unknown>> | undefined;
}

const translations: Partial<Record<PageLanguage, Readonly<Record<string, string>>>> = { ko: koreanMessages };

/** Translates a message into the page's language. Without a translation, returns the message itself. */
export function translateMessage({ code = '', message, details = {} }: ServiceMessage): string {
  const template = translations[pageLanguageNow()]?.[code];
  return (template !== undefined && fillIn(template, details)) || message;
}

/** Translates a reason from a query's answer; see {@link translateMessage}. */
export function translateReason({ code, message, details }: Reason): string {
  return translateMessage({
    code,
    message,
    details: Object.fromEntries(details.map(({ name, value }) => [name, value])),
  });
}

/** Replaces the placeholders. Returns undefined if a value is missing. */
function fillIn(template: string, details: Readonly<Record<string, unknown>>): string | undefined {
  const incomplete = [...template.matchAll(/\{(\w+)\}/g)].some(
    ([, name = '']) => details[name] === undefined,
  );
  if (incomplete) return undefined;
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name]));
}
