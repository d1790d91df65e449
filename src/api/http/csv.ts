import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';

/** Returns whether a request prefers CSV to JSON. */
export function prefersCsv(accept = ''): boolean {
  return accept.includes('text/csv') && !accept.includes('application/json');
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
