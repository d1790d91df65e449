import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { TYPESCRIPT } from '../../service/typescript.ts';

/** One more than there are processors, because tests often wait for the engine. */
const JOBS = availableParallelism() + 1;

/** Node arguments to run tap, before tap's own. */
export const TAP = [
  TYPESCRIPT,
  `--import=${new URL('lean-tap.ts', import.meta.url).href}`,
  fileURLToPath(new URL('../../../../node_modules/.bin/tap', import.meta.url)),
  `--jobs=${JOBS}`,
  `--reporter=${fileURLToPath(new URL('file-report.ts', import.meta.url))}`,
];
