import type { CastEvent } from './cast.ts';

/** Characters of what was typed last that are shown. */
const SHOWN = 60;

/** What was typed last in the first `count` of these inputs, with keys that print nothing as signs. */
export function typedText(inputs: readonly CastEvent[], count: number): string {
  let text = '';
  for (let at = count - 1; at >= 0 && text.length < SHOWN; at--) text = (inputs[at]?.data ?? '') + text;
  return Array.from(text).slice(-SHOWN).map(keyText).join('');
}

function keyText(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r') return '⏎';
  if (code === 0x7f) return '⌫';
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : character;
}
