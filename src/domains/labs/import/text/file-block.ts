import { posix } from 'node:path';
import { fenced } from './fence.ts';
import { attribute, decodeEntities } from './html.ts';
import type { PageContext } from './page.ts';
import type { Pre } from './segments.ts';

/** A `<pre>` as a block of code: to copy, to put into a file, or to look at. */
export function preBlock({ attributes, code, line }: Pre, context: PageContext): string {
  const text = plainCode(code);
  const file = attribute(attributes, 'data-filename');
  const target = attribute(attributes, 'data-target')?.toLowerCase() ?? 'replace';
  if (file === undefined || target === 'clipboard') {
    return fenced(text, target === 'clipboard' ? 'text copy' : '');
  }
  if (!['replace', 'append', 'insert'].includes(target)) {
    const message = `text cannot be put into a file by "${target}": it is copied on a click`;
    context.notes.warn(message, { file: context.file, line });
    return fenced(text, 'text copy');
  }
  const path = machinePath(file, context);
  const marker = attribute(attributes, 'data-marker') ?? '';
  if ([path, marker].some((text) => /[`\n]|".*'|'.*"/.test(text))) {
    context.notes.warn('text for a file is copied on a click: its marker has quotes of both kinds', {
      file: context.file,
      line,
    });
    return fenced(text, 'text copy');
  }
  const inserted = target === 'insert' ? ` marker=${quoted(marker)}` : '';
  return fenced(text, `text file=${/\s/.test(path) ? quoted(path) : path} mode=${target}${inserted}`);
}

/** The absolute path in the machine that a scenario means. */
export function machinePath(path: string, { folder, home }: Pick<PageContext, 'folder' | 'home'>): string {
  const plain = path.trim().replace(/^~(?=\/|$)/, home);
  return posix.resolve(folder, plain);
}

/** The text that HTML shows for code. */
export function plainCode(code: string): string {
  const text = code
    .replaceAll(/<\/?(?:code|span|b|strong|i|em|kbd)\b[^>]*>/gi, '')
    .replaceAll(/<br\s*\/?>/gi, '\n');
  return decodeEntities(text).replaceAll(/^\n+|\s+$/g, '');
}

/** In quotes that the text does not have; a fence's words can hold neither both kinds nor a backtick. */
function quoted(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
