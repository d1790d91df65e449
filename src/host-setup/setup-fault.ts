import { fault } from '../core/errors.ts';
import type { Fault } from '../core/errors.ts';

/**
 * Something on this machine is missing that Berth cannot, or may not, provide by itself.
 * `mend` says what to run or change, one line each.
 */
export function setupFault(problem: string, mend: readonly string[], cause?: unknown): Fault {
  const text = [problem, ...mend.map((line) => `  ${line}`)].join('\n');
  return fault('ENGINE_SETUP_REFUSED', { problem: text }, cause);
}
