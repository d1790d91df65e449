/**
 * What one request may ask for. Sizes leave room for a whole page of the web app and for the
 * introspection of common tools, and keep the work of one request within some tens of milliseconds.
 */
export const limits = {
  /** Bytes of a request's body, variables included. */
  bodyBytes: 100_000,
  /** Characters of a query. */
  queryLength: 20_000,
  /** Words and signs of a query: what its parsing and validation cost. */
  tokens: 2_000,
  /** Fields within fields. The deepest use known has 9. */
  depth: 10,
  /** Fields under another name. */
  aliases: 30,
  /** The same field or fragment in one selection. */
  duplicates: 10,
  /** Fields of a mutation at its root, each of which is carried out. */
  mutations: 10,
  /** Cost as cost.ts counts it: about one for each field of the answer. */
  cost: 10_000,
} as const;
