import type { IncomingHttpHeaders } from 'node:http';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';

const JSON_TYPE = 'application/json';
const CSV_TYPE = 'text/csv';

/** Returns whether a request with these headers prefers CSV to JSON (RFC 9110, section 12.5.1). */
export function prefersCsv(headers: IncomingHttpHeaders): boolean {
  return new Negotiator({ headers }).mediaType([JSON_TYPE, CSV_TYPE]) === CSV_TYPE;
}

/**
 * Returns lines as CSV for spreadsheets, which read UTF-8 only with a byte order mark at the beginning of a file. Text that
 * looks like a formula is escaped: a name could be one that the spreadsheet runs.
 */
export function toCsv(lines: readonly (string | number)[][], { isBeginning = true } = {}): string {
  return stringify([...lines], {
    bom: isBeginning,
    quoted_string: true,
    escape_formulas: true,
    record_delimiter: 'windows',
  });
}

/** Prepares a response for a CSV file with this name. */
export function asCsvFile(reply: FastifyReply, name: string): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`);
}
