import { posix } from 'node:path';
import { attribute, decodeEntities } from './html.ts';
import type { PageContext } from './page.ts';
import type { Pre } from './segments.ts';

/**
 * Formats a fenced code block. The fence is longer than any in the code. `info` is the info string, such as
 * `bash exec`, and `marker` is that of a list item.
 */
export function fenced(code: string, info: string, { indent = '', marker = '' } = {}): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const deep = indent + ' '.repeat(marker.length);
  const lines = [...code.split('\n'), fence].map((line) => (line === '' ? '' : deep + line));
  return [indent + marker + fence + info, ...lines].join('\n');
}

/** Converts a `<pre>` to a code block that a click copies or writes into a file, or that is only shown. */
export function preBlock({ attributes, code, line }: Pre, context: PageContext): string {
  const text = plainCode(code);
  const file = attribute(attributes, 'data-filename');
  const target = attribute(attributes, 'data-target')?.toLowerCase() ?? 'replace';
  if (file === undefined || target === 'clipboard') {
    return fenced(text, target === 'clipboard' ? 'text copy' : '');
  }
  if (!['replace', 'append', 'insert'].includes(target)) {
    const message = `"${target}" cannot write text into a file; a click copies the text`;
    context.notes.warn(message, { file: context.file, line });
    return fenced(text, 'text copy');
  }
  const path = machinePath(file, context);
  const marker = attribute(attributes, 'data-marker') ?? '';
  if ([path, marker].some((text) => /[`\n]|".*'|'.*"/.test(text))) {
    context.notes.warn('a click copies the text for a file, because its marker has both kinds of quotes', {
      file: context.file,
      line,
    });
    return fenced(text, 'text copy');
  }
  const inserted = target === 'insert' ? ` marker=${quoted(marker)}` : '';
  return fenced(text, `text file=${/\s/.test(path) ? quoted(path) : path} mode=${target}${inserted}`);
}

/** Returns the absolute path in the machine for a path of a scenario. */
export function machinePath(path: string, { folder, home }: Pick<PageContext, 'folder' | 'home'>): string {
  const plain = path.trim().replace(/^~(?=\/|$)/, home);
  return posix.resolve(folder, plain);
}

/** Returns the text that a browser shows for HTML code. */
export function plainCode(code: string): string {
  const text = code
    .replaceAll(/<\/?(?:code|span|b|strong|i|em|kbd)\b[^>]*>/gi, '')
    .replaceAll(/<br\s*\/?>/gi, '\n');
  return decodeEntities(text).replaceAll(/^\n+|\s+$/g, '');
}

/** Quotes a text. An info string can contain neither both kinds of quotes nor a backtick. */
function quoted(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
