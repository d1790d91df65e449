/** Node argument to run TypeScript in any folder. */
export const TYPESCRIPT = `--import=${new URL('../../../setup/typescript.mjs', import.meta.url).href}`;
