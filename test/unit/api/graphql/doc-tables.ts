import { fault, faultCodes } from '../../../../src/core/errors.ts';
import { limits } from '../../../../src/api/graphql/limits/limits.ts';

/** Rows of the table of codes in docs/api-graphql.md. */
export function codeRows(): string[] {
  return faultCodes.map((code) => {
    const { status, message } = fault(code);
    return `| \`${code}\` | ${status} | ${message.replaceAll('|', '\\|')} |`;
  });
}

const meanings: Record<keyof typeof limits, string> = {
  bodyBytes: 'bytes of a request',
  queryLength: 'characters of a query',
  tokens: 'tokens of a query',
  depth: 'fields within fields',
  aliases: 'aliases',
  duplicates: 'times the same field in one selection',
  mutations: 'mutations in one request',
  cost: 'cost',
};

/** Rows of the table of limits in docs/api-graphql.md. */
export function limitRows(): string[] {
  return Object.entries(limits).map(
    ([name, limit]) => `| ${meanings[name as keyof typeof limits]} | ${limit} |`,
  );
}
