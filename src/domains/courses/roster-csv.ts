import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { CourseRole } from '../identity/policy.ts';
import type { RosterProblem } from './member.ts';

/** A line by which some programs name the separator, such as `sep=;`. */
const SEPARATOR_LINE = /^\ufeff?"?sep=."?(\r\n?|\n)/i;
/** Longest line of a roster, in characters. */
const RECORD_LIMIT = 10_000;
/** Characters that are parsed before others get their turn. */
const PORTION = 64 * 1024;
/** Two characters that stay in one portion: a line end, or the halves of a character beyond U+FFFF. */
const INSEPARABLE = /^(\r\n|[\ud800-\udbff][\udc00-\udfff])$/;
/** Characters that can decide what separates the cells. */
const FIRST_LINE_LIMIT = RECORD_LIMIT;
/** Characters of the file that a message shows. */
const SHOWN = 100;
/** Maximum number of lines of a roster. */
const LINE_LIMIT = 10_000;

/** Columns of a roster, in the order of a file without a line of column names. */
const columns = ['name', 'email', 'role', 'section'] as const;

type Column = (typeof columns)[number];

/** One line of a roster. Absent or empty cells are undefined. */
export interface RosterLine {
  /** From 1, as in an editor. */
  line: number;
  name: string | undefined;
  email: string;
  /** Undefined for a learner, or to leave a member's role. */
  role: CourseRole | undefined;
  section: string | undefined;
}

/** Words for roles, with those of learning management systems. */
const roles: ReadonlyMap<string, CourseRole> = new Map([
  ['instructor', 'instructor'],
  ['teacher', 'instructor'],
  ['assistant', 'assistant'],
  ['ta', 'assistant'],
  ['learner', 'learner'],
  ['student', 'learner'],
  ['observer', 'observer'],
]);

/**
 * Reads a roster as spreadsheets export it: separated by commas, semicolons or tabs, in UTF-8, UTF-16, EUC-KR or
 * Windows-1252, with or without a byte order mark. The first line names the columns, unless it has an e-mail address itself.
 * @throws INPUT_INVALID if the text is not CSV, has unknown columns, or too many lines
 */
export async function readRoster(csv: Buffer): Promise<{ lines: RosterLine[]; problems: RosterProblem[] }> {
  const records = await parseRecords(decode(csv).replace(SEPARATOR_LINE, '\n'));
  const [first] = records;
  if (!first) throw invalid('The file is empty. Its first line names the columns: name,email,role,section.');
  const named = !first.cells.some((cell) => cell.includes('@'));
  const order: readonly Column[] = named ? readColumns(first.cells) : columns;
  const lines: RosterLine[] = [];
  const problems: RosterProblem[] = [];
  for (const { line, cells } of named ? records.slice(1) : records) {
    const cell = (column: Column) => cells[order.indexOf(column)] || undefined;
    const problem = (message: string) => problems.push({ line, message });
    const [email, role] = [cell('email'), cell('role')];
    const known = role === undefined ? undefined : roles.get(role.toLowerCase());
    if (cells.length > order.length)
      problem(`It has ${cells.length} cells, but there are ${order.length} columns.`);
    else if (email === undefined) problem('The e-mail address is missing.');
    else if (role !== undefined && !known)
      problem(`"${role.slice(0, SHOWN)}" is not a role. Use instructor, assistant, learner or observer.`);
    else lines.push({ line, name: cell('name'), email, role: known, section: cell('section') });
  }
  return { lines, problems };
}

interface CsvRecord {
  line: number;
  cells: string[];
}

async function parseRecords(text: string): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  let tooMany: Fault | undefined;
  try {
    const parser = parse({
      delimiter: delimiterOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: RECORD_LIMIT,
      trim: true,
    });
    await pipeline(Readable.from(portions(text)), parser, async (rows: AsyncIterable<CsvRow>) => {
      for await (const { record, info } of rows) {
        if (records.length > LINE_LIMIT) {
          tooMany = invalid(`The file has more than ${LINE_LIMIT} lines. Import it in several parts.`);
          break;
        }
        records.push({ line: info.lines, cells: withoutTail(record) });
      }
    });
    if (!tooMany) return records;
  } catch (error) {
    // Leaving the loop before the end of the file aborts the pipeline.
    if (tooMany) throw tooMany;
    if (!(error instanceof CsvError)) throw error;
    throw invalid(`The file is not CSV: ${error.message.slice(0, SHOWN)}.`, error);
  }
  throw tooMany;
}

/** A record as the parser returns it. */
interface CsvRow {
  record: string[];
  info: { lines: number };
}

/** Yields a text in portions, each in a turn of the event loop, with line ends as on Unix. */
async function* portions(text: string): AsyncGenerator<string> {
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + PORTION;
    if (INSEPARABLE.test(text.slice(end - 1, end + 1))) end += 1;
    const portion = text.slice(at, end).replaceAll(/\r\n?/g, '\n');
    // The parser does not count separators.
    if (portion.length > RECORD_LIMIT && !portion.includes('\n'))
      throw invalid(`A line has more than ${RECORD_LIMIT} characters.`);
    yield portion;
    await setImmediate();
  }
}

function readColumns(cells: readonly string[]): Column[] {
  const names = cells.map((cell) => cell.toLowerCase().replace('e-mail', 'email'));
  const unknown = names.find((name) => !(columns as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw invalid(
      `There is no column "${unknown.slice(0, SHOWN)}". The columns are name, email, role and section.`,
    );
  if (new Set(names).size < names.length) throw invalid('A column appears twice.');
  if (!names.includes('email')) throw invalid('There is no column "email".');
  return names as Column[];
}

/** Returns what separates the cells of the first line: most spreadsheets use a semicolon where a comma is decimal. */
function delimiterOf(text: string): string {
  const [first = ''] = text
    .slice(0, FIRST_LINE_LIMIT)
    .trimStart()
    .split(/[\r\n]/, 1);
  const count = (separator: string) => first.split(separator).length;
  return [',', ';', '\t'].toSorted((one, other) => count(other) - count(one))[0] ?? ',';
}

/** Spreadsheets end lines with separators of empty columns. */
function withoutTail(cells: readonly string[]): string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}

function decode(bytes: Buffer): string {
  const utf16 = [
    [0xff, 0xfe, 'utf-16le'],
    [0xfe, 0xff, 'utf-16be'],
  ] as const;
  for (const [first, second, encoding] of utf16)
    if (bytes[0] === first && bytes[1] === second) return new TextDecoder(encoding).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Some programs write a byte order mark of UTF-8 before text in Windows-1252.
    const hasMark = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
    const text = hasMark ? bytes.subarray(3) : bytes;
    return decodeKorean(text) ?? new TextDecoder('windows-1252').decode(text);
  }
}

/**
 * Reads EUC-KR, which Korean spreadsheets write: all letters above ASCII are pairs of bytes. In Windows-1252 they are
 * single bytes, mostly between others. Undefined if the text does not look like it.
 */
function decodeKorean(bytes: Buffer): string | undefined {
  if (!hasOnlyPairs(bytes)) return undefined;
  try {
    const text = new TextDecoder('euc-kr', { fatal: true }).decode(bytes);
    return /\p{Script=Hangul}/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether the bytes above ASCII come in pairs. */
function hasOnlyPairs(bytes: Buffer): boolean {
  let run = 0;
  for (const byte of bytes) {
    if (byte > 0x7f) run += 1;
    else if (run % 2 !== 0) return false;
    else run = 0;
  }
  return run % 2 === 0;
}

function invalid(problem: string, cause?: unknown) {
  return fault('INPUT_INVALID', { problem }, cause);
}
