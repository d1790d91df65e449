import { posix } from 'node:path';
import { z } from 'zod';
import type { LocalizedText } from '../localized-text.ts';
import type { WrittenLab } from './written-lab.ts';
import { line } from './names.ts';
import { withPictures } from './page-pictures.ts';
import { wordProblems } from './code-words.ts';
import type { IssuePlace } from './schema-messages.ts';
import { plainPath, readTextFile } from './text-file.ts';
import type { Reading } from './text-file.ts';

/** Letters of a text that stands in lab.yaml itself. */
const LONGEST_TEXT = 20_000;

/** How a text in one language is come by, and one that is written once for all. */
interface Way {
  written: z.ZodType<string, string>;
  each(given: string): Reading;
  /** `language` is undefined for the default one. */
  once(given: string, language: string | undefined): Reading;
}

const asWritten = (text: string): Reading => ({ text });

/** A text of a single line, the same in all languages or a mapping by language. */
export function localizedLine(source: WrittenLab, most: number) {
  return localized(source, { written: line(most), each: asWritten, once: asWritten });
}

/** Markdown of some length: a file, or the text itself where that is more than a word. */
export function localizedPage(source: WrittenLab) {
  return markdown(source, (given) => source.files.has(plainPath(given)) || !/\s/.test(given));
}

/** Markdown of a few lines: the text itself, or a file whose name ends in ".md". */
export function localizedPassage(source: WrittenLab) {
  return markdown(source, (given) => /^\S+\.md$/.test(given));
}

function markdown(source: WrittenLab, isPath: (given: string) => boolean) {
  const page = (text: string, folder: string, file?: string): Reading => {
    const wrong = wordProblems(text, source.machines).map((problem) => ({ ...problem, file }));
    return { wrong, ...withPictures(source, folder, text) };
  };
  const read = (given: string): Reading => {
    if (!isPath(given)) return page(given.trim(), '.');
    const reading = readTextFile(source, given);
    if (!('text' in reading)) return reading;
    const path = plainPath(given);
    return page(reading.text, posix.dirname(path), path);
  };
  return localized(source, {
    written: z
      .string()
      .max(LONGEST_TEXT)
      .refine((text) => text.trim() !== '', 'must not be empty'),
    each: read,
    once(given, language) {
      if (language === undefined || !isPath(given)) return read(given);
      const translated = beside(given, language);
      if (source.files.has(plainPath(translated))) return read(translated);
      const why = `it is "${given}" in the language "${language}"`;
      return { problem: `the file "${translated}" is not there: ${why}` };
    },
  });
}

/** The file's name in a language: `intro.md` → `intro.ko.md`. */
function beside(path: string, language: string): string {
  const [, stem = path, extension = ''] = /^(.*[^/])(\.[^./]+)$/s.exec(path) ?? [];
  return `${stem}.${language}${extension}`;
}

function localized({ languages }: WrittenLab, { written, each, once }: Way) {
  return z
    .union([written, z.record(languageOf(languages), written)], {
      error: ({ input }) =>
        typeof input === 'number' || typeof input === 'boolean'
          ? 'must be a text: write it in quotes'
          : 'must be a text, or a mapping with a text for each language',
    })
    .transform((given, context): LocalizedText => {
      const texts: [string, string][] = [];
      const tell = (message: string, path: string[] = [], params: IssuePlace = {}) =>
        context.addIssue({ code: 'custom', message, path, params });
      const take = (language: string, reading: Reading, path?: string[]) => {
        if (!('text' in reading)) return tell(reading.problem, path);
        texts.push([language, reading.text]);
        for (const { message, line, file } of reading.wrong ?? []) {
          if (file === undefined) tell(`${message} (in line ${line} of the text)`, path);
          else tell(message, path, { file, line });
        }
      };

      if (typeof given === 'string') {
        for (const [place, language] of languages.entries()) {
          take(language, once(given, place === 0 ? undefined : language));
          // One problem with the file itself is one, however many languages there are.
          if (texts.length === 0) break;
        }
      } else {
        for (const language of languages) {
          const text = Object.hasOwn(given, language) ? given[language] : undefined;
          if (text === undefined) tell(`is missing: "languages" has "${language}"`, [language]);
          else take(language, each(text), [language]);
        }
      }
      return Object.fromEntries(texts);
    });
}

/** A key of a mapping by language. */
function languageOf(languages: readonly string[]) {
  return z.string().check(({ value, issues }) => {
    if (languages.includes(value)) return;
    const message = `the lab is not in a language "${value}": "languages" has ${languages.join(', ')}`;
    issues.push({ code: 'custom', input: value, message });
  });
}
