import { posix } from 'node:path';
import { z } from 'zod';
import type { LocalizedText } from '../localized-text.ts';
import type { LabContext } from './lab-context.ts';
import { line } from './values.ts';
import { withPictures } from './page-pictures.ts';
import { wordProblems } from './word-problems.ts';
import type { IssuePlace } from './schema-messages.ts';
import { plainPath, readTextFile } from './text-file.ts';
import type { Reading } from './text-file.ts';

/** Longest text in lab.yaml itself, in characters. */
const LONGEST_TEXT = 20_000;

/** How a localized text is read. */
interface TextReader {
  written: z.ZodType<string, string>;
  /** Reads the value of one language. */
  each(given: string): Reading;
  /** Reads a value that is given once for all languages; `language` is undefined for the default one. */
  once(given: string, language: string | undefined): Reading;
}

const asWritten = (text: string): Reading => ({ text });

/** A single line: one for all languages, or a mapping by language. */
export function localizedLine(source: LabContext, most: number) {
  return localized(source, { written: line(most), each: asWritten, once: asWritten });
}

/** A Markdown page: a file, or the text itself if it has more than one word. */
export function localizedPage(source: LabContext) {
  return markdown(source, (given) => source.files.has(plainPath(given)) || !/\s/.test(given));
}

/** A short Markdown text: the text itself, or a file whose name ends in ".md". */
export function localizedPassage(source: LabContext) {
  return markdown(source, (given) => /^\S+\.md$/.test(given));
}

function markdown(source: LabContext, isPath: (given: string) => boolean) {
  const page = (text: string, folder: string, file?: string): Reading => {
    const found = source.readPage(text);
    if ('problem' in found) return found;
    const wrong = wordProblems(found.code, source.machines).map((problem) => ({ ...problem, file }));
    return { wrong, ...withPictures(source, text, { folder, blockLines: found.blockLines }) };
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
      const translated = translatedPath(given, language);
      if (source.files.has(plainPath(translated))) return read(translated);
      const why = `it is the "${language}" translation of "${given}"`;
      return { problem: `the file "${translated}" is missing: ${why}` };
    },
  });
}

/** Returns the path of a translation: `intro.md` → `intro.ko.md`. */
function translatedPath(path: string, language: string): string {
  const [, stem = path, extension = ''] = /^(.*[^/])(\.[^./]+)$/s.exec(path) ?? [];
  return `${stem}.${language}${extension}`;
}

function localized({ languages }: LabContext, { written, each, once }: TextReader) {
  return z
    .union([written, z.record(languageOf(languages), written)], {
      error: ({ input }) =>
        typeof input === 'number' || typeof input === 'boolean'
          ? 'must be a text: put it in quotes'
          : 'must be a text, or a mapping with a text for each language',
    })
    .transform((given, context): LocalizedText => {
      const texts: [string, string][] = [];
      const report = (message: string, path: string[] = [], params: IssuePlace = {}) =>
        context.addIssue({ code: 'custom', message, path, params });
      const take = (language: string, reading: Reading, path?: string[]) => {
        if (!('text' in reading)) return report(reading.problem, path);
        texts.push([language, reading.text]);
        for (const { message, line, file } of reading.wrong ?? []) {
          if (file === undefined) report(`${message} (in line ${line} of the text)`, path);
          else report(message, path, { file, line });
        }
      };

      if (typeof given === 'string') {
        for (const [place, language] of languages.entries()) {
          take(language, once(given, place === 0 ? undefined : language));
          // A problem with the default file is reported once, not for each language.
          if (texts.length === 0) break;
        }
      } else {
        for (const language of languages) {
          const text = Object.hasOwn(given, language) ? given[language] : undefined;
          if (text === undefined) report(`is missing: "languages" has "${language}"`, [language]);
          else take(language, each(text), [language]);
        }
      }
      return Object.fromEntries(texts);
    });
}

/** The key of a mapping by language. */
function languageOf(languages: readonly string[]) {
  return z.string().check(({ value, issues }) => {
    if (languages.includes(value)) return;
    const message = `the lab has no language "${value}": "languages" has ${languages.join(', ')}`;
    issues.push({ code: 'custom', input: value, message });
  });
}
