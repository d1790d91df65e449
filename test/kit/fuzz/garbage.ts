import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects this process's garbage. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Live memory of this process in bytes, after garbage collection. */
export function aliveBytes(): number {
  collectGarbage();
  // The first collection moves what was young, and the second finds the rest of it unused.
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
