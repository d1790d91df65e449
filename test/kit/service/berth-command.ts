import { fileURLToPath } from 'node:url';
import { TYPESCRIPT } from './typescript.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * Node arguments to run `berth` in any folder. `npm test` builds it, because the build starts in two thirds of the time
 * and there are hundreds of starts. A file that runs alone uses the sources.
 */
export const BERTH: readonly string[] =
  process.env['BERTH_TEST_BUILT'] === undefined
    ? [TYPESCRIPT, inProject('src/cli/main.ts')]
    : [inProject('dist/cli/main.js')];
