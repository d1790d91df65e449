import type { Finding } from './doctor-checks.ts';

const MARKS = { ok: '✔', advice: '!', missing: '✘' } as const;

/** Formats the findings for people, each with its fix, and the conclusion. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, detail, fix }) => [
    `${MARKS[state]} ${name.padEnd(width)}  ${detail}`,
    ...(fix ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => `  ${' '.repeat(width)}  → ${line.trim()}`),
  ]);
  const missing = findings.filter(({ state }) => state === 'missing').length;
  const verdict =
    missing === 0 ? 'Berth can run here.' : `Fix ${missing} of these before Berth can run here.`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
