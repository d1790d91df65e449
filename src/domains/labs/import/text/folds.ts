import { decodeEntities } from './html.ts';

/** Private-use characters that replace tags, so that tags inside code are not affected. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const HEAD = '\uE002';
const BODY = '\uE003';

const FOLD = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g');
const MARKS = new RegExp(`[${OPEN}${CLOSE}${HEAD}${BODY}]`, 'g');

/** Replaces the tags `<details>` and `<summary>` with marks. */
export function markFolds(prose: string): string {
  return prose
    .replaceAll(/<details\b[^>]*>/gi, OPEN)
    .replaceAll(/<\/details>/gi, CLOSE)
    .replaceAll(/<summary\b[^>]*>/gi, HEAD)
    .replaceAll(/<\/summary>/gi, BODY);
}

/** Extracts the folded parts with their headings from a marked text. Pure. */
export function takeFolds(marked: string): { markdown: string; folded: string[] } {
  const folded: string[] = [];
  const kept = marked.replaceAll(FOLD, (_, content: string) => {
    folded.push(unfold(content));
    return '';
  });
  // Nested and unclosed parts stay in the text.
  return { markdown: withoutMarks(kept), folded: folded.filter((text) => text !== '') };
}

/** Expands all folded parts in place. Pure. */
export function openFolds(marked: string): string {
  return withoutMarks(marked.replaceAll(FOLD, (_, content: string) => `\n\n${unfold(content)}\n\n`));
}

/** Removes the characters that serve as marks. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARKS, '');
}

function unfold(content: string): string {
  const [head = '', body] = content.split(BODY, 2);
  const [before = '', words = ''] = body === undefined ? [head] : head.split(HEAD, 2);
  const heading = decodeEntities(withoutMarks(words)).replaceAll('**', '').replaceAll(/\s+/g, ' ').trim();
  const text = withoutMarks(`${before}${body ?? ''}`).replaceAll(/^\s*\n|\s+$/g, '');
  return [...(heading === '' ? [] : [`**${heading}**`]), ...(text === '' ? [] : [text])].join('\n\n');
}
