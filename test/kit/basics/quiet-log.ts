import type { Log } from '../../../src/core/log.ts';

/** A log that keeps its lines for assertions. */
export interface QuietLog extends Log {
  lines: { level: string; details: object; message: string }[];
  /** Its lines as level and message, such as `warn: Redis is away`. */
  messages(): string[];
}

export function quietLog(): QuietLog {
  const lines: QuietLog['lines'] = [];
  const write = (level: string) => (details: object, message: string) =>
    void lines.push({ level, details, message });
  const messages = () => lines.map(({ level, message }) => `${level}: ${message}`);
  return { lines, messages, info: write('info'), warn: write('warn'), error: write('error') };
}
