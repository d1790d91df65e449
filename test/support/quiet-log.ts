import type { Log } from '../../src/log.ts';

/** A log that keeps what it is told, for tests to look at. */
export function quietLog(): Log & { lines: { level: string; details: object; message: string }[] } {
  const lines: { level: string; details: object; message: string }[] = [];
  const write = (level: string) => (details: object, message: string) =>
    void lines.push({ level, details, message });
  return { lines, info: write('info'), warn: write('warn'), error: write('error') };
}
