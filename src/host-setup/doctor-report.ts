import type { Finding } from './doctor-checks.ts';

const MARKS = { ok: '✔', advice: '!', missing: '✘' } as const;

/** The findings for a person, each with its mend below it, and what follows from them. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, detail, mend }) => [
    `${MARKS[state]} ${name.padEnd(width)}  ${detail}`,
    ...(mend ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => `  ${' '.repeat(width)}  → ${line.trim()}`),
  ]);
  const missing = findings.filter(({ state }) => state === 'missing').length;
  const verdict =
    missing === 0 ? 'Berth can run here.' : `${missing} of these must be mended before Berth can run here.`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
