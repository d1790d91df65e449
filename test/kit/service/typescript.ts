/** Argument with which Node runs TypeScript, in whatever folder. */
export const TYPESCRIPT = `--import=${new URL('../../../setup/typescript.mjs', import.meta.url).href}`;
