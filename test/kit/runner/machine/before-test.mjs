/*
 * Loaded before each test: TypeScript, and before that tap, which takes half the time without the hooks. What a test starts
 * with the same arguments is no test.
 */
if (process.argv[1]?.endsWith('.test.ts')) await import('tap');
await import('../../../../setup/typescript.mjs');
