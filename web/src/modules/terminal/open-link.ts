import { textsNow } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

/** Opens a link that a program printed, when asked once more: what it says may be another address than it leads to. */
export function openLink(address: string): void {
  // As browsers write it: without marks that turn its reading around, and with names in ASCII.
  const { href } = new URL(address);
  if (globalThis.confirm(textsNow(terminalTexts).openLink(href)))
    globalThis.open(href, '_blank', 'noopener,noreferrer');
}
