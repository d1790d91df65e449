import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { limits } from '../src/api/graphql/limits/limits.ts';
import { settings } from '../src/config/config.ts';
import { fault, faultCodes } from '../src/core/errors.ts';
import { findingCodes, found } from '../src/domains/checks/results/findings.ts';

const limitNames: Record<keyof typeof limits, string> = {
  bodyBytes: 'bytes of a request',
  queryLength: 'characters of a query',
  tokens: 'tokens of a query',
  depth: 'depth of nested fields',
  aliases: 'aliases',
  duplicates: 'occurrences of the same field in one selection',
  mutations: 'mutations in one request',
  cost: 'cost',
};

/** Rows of each table, by the name in its page: `<!-- generated: name -->`. */
const tables: Record<string, () => string[][]> = {
  settings: () =>
    Object.values(settings).map(({ name, default: fallback, absent = 'none', doc }) => [
      `\`${name}\``,
      fallback ? `\`${fallback}\`` : absent,
      doc,
    ]),
  errors: () =>
    faultCodes.map((code) => {
      const { status, message } = fault(code);
      return [`\`${code}\``, String(status), message];
    }),
  findings: () => findingCodes.map((code) => [`\`${code}\``, found(code).message]),
  limits: () =>
    Object.entries(limits).map(([name, limit]) => [limitNames[name as keyof typeof limits], String(limit)]),
};

/** Pages with generated tables, from this folder. */
const pages = ['settings.md', 'api-graphql.md'];

const TABLE = /(<!-- generated: (\w+) -->\n\n(?:\|.*\n){2})(?:\|.*\n)*/g;

/** Returns a page with the rows of its generated tables written again. */
function withTables(page: string): string {
  return page.replace(TABLE, (_, head: string, name: string) => {
    const rows = tables[name]?.();
    if (!rows) throw new Error(`There is no table "${name}".`);
    return head + rows.map((cells) => `| ${cells.map(escaped).join(' | ')} |\n`).join('');
  });
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');

/** Returns each page as it is, and as it would be generated. */
export function generatePages(): { path: string; current: string; generated: string }[] {
  return pages.map((name) => {
    const path = new URL(name, import.meta.url).pathname;
    const current = readFileSync(path, 'utf8');
    return { path, current, generated: withTables(current) };
  });
}

if (argv.includes('--print'))
  for (const { path, generated } of generatePages()) writeFileSync(path, generated);
