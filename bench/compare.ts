/*
 * Compares the figures of two versions, measured in alternating runs: `node --import=./setup/typescript.mjs
 * bench/compare.ts before-1.json after-1.json before-2.json after-2.json …`. README.md describes the method.
 */
import { readFile } from 'node:fs/promises';
import { median } from './context.ts';
import type { Figure } from './context.ts';
import { isSpeed, targets } from './targets.ts';

/** By how much a ratio may become worse: less is noise, even in five pairs. */
const TOLERANCE = 1.1;

type Figures = Record<string, Figure>;

const files = process.argv.slice(2);
if (files.length === 0 || files.length % 2 !== 0) {
  throw new Error('Pass pairs of files: the figures of the version before, then those of the version after.');
}
const runs = await Promise.all(
  files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Figures),
);
const pairs = runs.flatMap((before, index) =>
  index % 2 === 0 ? [[before, runs[index + 1] as Figures] as const] : [],
);

for (const figure of Object.keys(targets)) {
  const changes = pairs.flatMap(([before, after]) => {
    const [old, now] = [before[figure]?.ratio, after[figure]?.ratio];
    if (old === undefined || now === undefined) return [];
    return [isSpeed(figure) ? old / now : now / old];
  });
  if (changes.length === 0) continue;
  const change = median(changes);
  const verdict = change > TOLERANCE ? '  worse' : '';
  process.stdout.write(`${figure.padEnd(22)} × ${change.toFixed(2)} (${changes.length} pairs)${verdict}\n`);
  if (verdict !== '') process.exitCode = 1;
}
