import type { Recording } from './recording.ts';

/** Event codes: output, input, marker, resize, exit. */
export type CastCode = 'o' | 'i' | 'm' | 'r' | 'x';

/** Returns the first line of a recording's file. */
export function castHeader(recording: Recording): string {
  const { rows, cols, startedAt, labSlug, machine } = recording;
  return `${JSON.stringify({
    version: 3,
    term: { cols, rows, type: 'xterm-256color' },
    timestamp: Math.floor(startedAt.getTime() / 1_000),
    title: `${labSlug}, ${machine}`,
  })}\n`;
}

/** Returns one event that follows the previous one after `afterMs` milliseconds. */
export function castEvent(afterMs: number, code: CastCode, data: string): string {
  return `[${(afterMs / 1_000).toFixed(3)}, "${code}", ${JSON.stringify(data)}]\n`;
}
