import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import { createCounts } from '../../core/counts.ts';
import { fault } from '../../core/errors.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import { send } from './json.ts';

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

/** Seconds after which a refused user should try again: a file takes a few. */
const RETRY_SECONDS = 5;

export type CsvDownloads = ReturnType<typeof createCsvDownloads>;

/** Sends CSV files, one at a time to each user: writing a long one takes time from others. */
export function createCsvDownloads() {
  const users = createCounts();
  return {
    /**
     * Sends the file with the lines that `open` resolves to. Errors of `open` become the response, and
     * a later one closes the connection. @throws RATE_LIMITED if the user has a download already
     */
    async send(
      reply: FastifyReply,
      { actor, name }: { actor: Actor | undefined; name: string },
      open: () => Promise<AsyncIterable<string>>,
    ): Promise<FastifyReply> {
      const user = actor?.userId ?? '';
      if (users.of(user) > 0) throw fault('RATE_LIMITED', { seconds: RETRY_SECONDS });
      users.add(user);
      try {
        const csv = Readable.from(await open());
        csv.once('close', () => users.remove(user));
        const file = `attachment; filename="${name}"`;
        return send(reply.type('text/csv; charset=utf-8').header('content-disposition', file), csv);
      } catch (error) {
        users.remove(user);
        throw error;
      }
    },
  };
}
