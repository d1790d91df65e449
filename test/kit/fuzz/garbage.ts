import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects this process's garbage. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** What is alive in this process, in bytes, its garbage collected. */
export function aliveBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
