import type { PageContext } from './page.ts';

/** A picture in Markdown: its words, its address, and its title if any. */
const PICTURE = /!\[([^\]]*)\]\(\s*<?([^\s)>]+)>?(?:\s+(?:"[^"]*"|'[^']*'|=\S*))?\s*\)/g;

/** Puts in the pictures that are here, and words for those that are not; the page links to other sites by itself. */
export function showPictures(text: string, line: number, { picture, notes, file }: PageContext): string {
  return text.replaceAll(PICTURE, (written: string, words: string, address: string, at: number) => {
    const here = { file, line: line + text.slice(0, at).split('\n').length - 1 };
    if (/^https?:\/\//i.test(address)) {
      notes.warn('pictures from other sites are links: a lab shows its own', { file });
      return written;
    }
    const shown = picture(address);
    if ('address' in shown) return `![${words}](${shown.address})`;
    notes.warn(`the picture "${address}" is left out: ${shown.problem}`, here);
    return words;
  });
}
