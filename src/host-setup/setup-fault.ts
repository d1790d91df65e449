import { fault } from '../core/errors.ts';
import type { Fault } from '../core/errors.ts';

/**
 * Creates the fault for something on this host that Berth cannot or must not set up itself. `fixes` says what to run or
 * change, one line each.
 */
export function setupFault(problem: string, fixes: readonly string[], cause?: unknown): Fault {
  const text = [problem, ...fixes.map((line) => `  ${line}`)].join('\n');
  return fault('ENGINE_SETUP_REFUSED', { problem: text }, cause);
}
