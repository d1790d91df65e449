import { fileURLToPath } from 'node:url';
import { TYPESCRIPT } from './typescript.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * Arguments with which Node runs `berth`, in whatever folder: what `npm test` has built, whose start takes the
 * processor two thirds of the time, and there are hundreds; for a file that is run by itself, its sources.
 */
export const BERTH: readonly string[] =
  process.env['BERTH_TEST_BUILT'] === undefined
    ? [TYPESCRIPT, inProject('src/cli/main.ts')]
    : [inProject('dist/cli/main.js')];
