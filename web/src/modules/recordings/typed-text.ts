import type { CastEvent } from './cast.ts';

/** Characters of what was typed last that are shown. */
const SHOWN = 60;

/** What was typed last, with keys that print nothing as signs. */
export function typedText(events: readonly CastEvent[]): string {
  let text = '';
  for (let at = events.length - 1; at >= 0 && text.length < SHOWN; at--) {
    const event = events[at];
    if (event?.code === 'i') text = event.data + text;
  }
  return Array.from(text).slice(-SHOWN).map(keyText).join('');
}

function keyText(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r') return '⏎';
  if (code === 0x7f) return '⌫';
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : character;
}
