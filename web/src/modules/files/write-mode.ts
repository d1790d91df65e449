/** How a text gets into a file: as all of it, at its end, or in place of a marker in it. */
export type WriteMode = { mode: 'replace' } | { mode: 'append' } | { mode: 'insert'; marker: string };
