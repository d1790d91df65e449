import { decodeEntities } from './html.ts';

/** Marks in place of tags, so that what code says of them is left alone: of Unicode's private letters. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const HEAD = '\uE002';
const BODY = '\uE003';

const FOLD = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g');
const MARKS = new RegExp(`[${OPEN}${CLOSE}${HEAD}${BODY}]`, 'g');

/** Prose with marks where `<details>` and `<summary>` begin and end. */
export function markFolds(prose: string): string {
  return prose
    .replaceAll(/<details\b[^>]*>/gi, OPEN)
    .replaceAll(/<\/details>/gi, CLOSE)
    .replaceAll(/<summary\b[^>]*>/gi, HEAD)
    .replaceAll(/<\/summary>/gi, BODY);
}

/** The parts that are folded away, each below its heading, and the marked text without them. Pure. */
export function takeFolds(marked: string): { markdown: string; folded: string[] } {
  const folded: string[] = [];
  const kept = marked.replaceAll(FOLD, (_, content: string) => {
    folded.push(unfold(content));
    return '';
  });
  // What is within another one, or is not closed, stands open.
  return { markdown: withoutMarks(kept), folded: folded.filter((text) => text !== '') };
}

/** The marked text with all its parts where they stand, open. Pure. */
export function openFolds(marked: string): string {
  return withoutMarks(marked.replaceAll(FOLD, (_, content: string) => `\n\n${unfold(content)}\n\n`));
}

/** The text without letters that are taken for marks. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARKS, '');
}

function unfold(content: string): string {
  const [head = '', body] = content.split(BODY, 2);
  const [before = '', words = ''] = body === undefined ? [head] : head.split(HEAD, 2);
  const heading = decodeEntities(withoutMarks(words)).replaceAll('**', '').replaceAll(/\s+/g, ' ').trim();
  const rest = withoutMarks(`${before}${body ?? ''}`).replaceAll(/^\s*\n|\s+$/g, '');
  return [...(heading === '' ? [] : [`**${heading}**`]), ...(rest === '' ? [] : [rest])].join('\n\n');
}
