import { posix } from 'node:path';
import { z } from 'zod';
import type { LocalizedText } from '../localized-text.ts';
import { isPicture, PICTURE_LIMITS, pictureAddress } from '../reading/pages.ts';
import type { LabContext } from './lab-context.ts';
import { line } from './values.ts';
import { wordProblems } from './word-problems.ts';
import type { IssuePlace } from './schema-messages.ts';
import { plainPath, readTextFile, missingFile, pathProblem } from './text-file.ts';
import type { Reading } from './text-file.ts';

/** Longest text in lab.yaml itself, in characters. */
const LONGEST_TEXT = 20_000;

/** How a localized text is read. */
interface TextReader {
  schema: z.ZodType<string, string>;
  /** Reads the value of one language. */
  readOne(given: string): Reading;
  /** Reads a value that is given once for all languages; `language` is undefined for the default one. */
  readShared(given: string, language: string | undefined): Reading;
}

const asWritten = (text: string): Reading => ({ text });

/** A single line: one for all languages, or a mapping by language. */
export function localizedLine(source: LabContext, most: number) {
  return localized(source, { schema: line(most), readOne: asWritten, readShared: asWritten });
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
    schema: z
      .string()
      .max(LONGEST_TEXT)
      .refine((text) => text.trim() !== '', 'must not be empty'),
    readOne: read,
    readShared(given, language) {
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

function localized({ languages }: LabContext, { schema, readOne, readShared }: TextReader) {
  return z
    .union([schema, z.record(languageOf(languages), schema)], {
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
          take(language, readShared(given, place === 0 ? undefined : language));
          // A problem with the default file is reported once, not for each language.
          if (texts.length === 0) break;
        }
      } else {
        for (const language of languages) {
          const text = Object.hasOwn(given, language) ? given[language] : undefined;
          if (text === undefined) report(`is missing: "languages" has "${language}"`, [language]);
          else take(language, readOne(text), [language]);
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

/** A Markdown image. The pattern cannot cross brackets, so matching takes linear time. */
const PICTURE = /!\[([^[\]]*)\]\(([^\s()<>]+)\)/g;

const EXTERNAL = /^([a-z][a-z0-9+.-]*:|\/|#)/i;

/**
 * Embeds pictures that are files of the lab into a text. `folder` is the folder of the text's file, and `blockLines`
 * are the lines that belong to code blocks, from 1.
 */
function withPictures(
  source: LabContext,
  text: string,
  { folder, blockLines }: { folder: string; blockLines: ReadonlySet<number> },
): Reading {
  let left = PICTURE_LIMITS.page;
  let problem: string | undefined;

  function embed(address: string): string {
    const path = posix.join(folder, address);
    const content = source.files.get(path);
    problem ??=
      pathProblem(path, 'pictures/plan.svg') ??
      (content ? undefined : missingFile(source, path)) ??
      sizeProblem(path, content?.length ?? 0, left) ??
      source.pictures.take(content?.length ?? 0);
    // After a problem nothing more is embedded: the text could grow without limit.
    if (!content || problem !== undefined) return address;
    left -= content.length;
    return pictureAddress(path, content) ?? address;
  }

  function showIn(line: string): string {
    let seen = 0;
    let ticks = 0;
    return line.replaceAll(PICTURE, (image: string, altText: string, address: string, at: number) => {
      ticks += countBackticks(line.slice(seen, at));
      seen = at;
      const isCode = ticks % 2 === 1;
      if (isCode || EXTERNAL.test(address) || !isPicture(address)) return image;
      return `![${altText}](${embed(address)})`;
    });
  }

  // Every second part is a line end, so the line at `index` has the number `index / 2 + 1`.
  const parts = text.split(/(\r\n?|\n)/);
  const shown = parts.map((part, index) => (blockLines.has(index / 2 + 1) ? part : showIn(part)));
  return problem === undefined ? { text: shown.join('') } : { problem };
}

function sizeProblem(path: string, bytes: number, left: number): string | undefined {
  const { each, page } = PICTURE_LIMITS;
  if (bytes > each) return `the picture "${path}" is larger than ${each / 1024} KiB`;
  return bytes > left ? `the pictures of one text are larger than ${page / 1024} KiB in total` : undefined;
}

/** Counts backticks. After an odd number, the following text is inline code. */
function countBackticks(text: string): number {
  return text.match(/`/g)?.length ?? 0;
}
