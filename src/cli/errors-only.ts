import type { Log } from '../core/log.ts';

/** People at a terminal want to know what is wrong and nothing else. */
export const errorsOnly: Log = {
  info: () => {},
  warn: () => {},
  error: (_details, message) => process.stderr.write(`${message}\n`),
};
