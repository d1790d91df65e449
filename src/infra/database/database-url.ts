import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fault } from '../../core/errors.ts';

/** Location of the database, parsed from its URL. */
export type DatabaseLocation = { provider: 'sqlite'; file: string } | { provider: 'postgresql'; url: string };

/**
 * Parses `file:./data/berth.db`, `file:///srv/berth.db` or `postgresql://…`. A relative path is relative to the working
 * directory.
 * @throws CONFIG_INVALID for any other URL
 */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  if (/^postgres(ql)?:\/\//.test(url)) return { provider: 'postgresql', url };
  if (url.startsWith('file:///')) return { provider: 'sqlite', file: fileURLToPath(url) };
  const file = /^file:([^?]+)/.exec(url)?.[1];
  // A database in memory has only one connection, but the SQLite adapter needs two.
  if (file === undefined || file === ':memory:') {
    throw fault('CONFIG_INVALID', {
      problem:
        'DATABASE_URL must name a SQLite file (file:./data/berth.db) or a PostgreSQL database (postgresql://user:password@host/name).',
    });
  }
  return { provider: 'sqlite', file: resolve(file) };
}
