/**
 * Limits of one request. They allow any page of the web app and the introspection of common tools, and bound the work
 * of one request to some tens of milliseconds.
 */
export const limits = {
  /** Bytes of a request's body, including variables. */
  bodyBytes: 100_000,
  /** Characters of a query. */
  queryLength: 20_000,
  /** Tokens of a query, which determine the cost of parsing and validation. */
  tokens: 2_000,
  /** Depth of nested fields. The deepest known query has 9. */
  depth: 10,
  /** Aliases of fields. */
  aliases: 30,
  /** Occurrences of the same field or fragment in one selection. */
  duplicates: 10,
  /** Root fields of a mutation. Each is executed. */
  mutations: 10,
  /** Cost computed by cost.ts: about 1 for each field of the response. */
  cost: 10_000,
} as const;
