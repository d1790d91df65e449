import type { Base } from 'tap';
import { stringify } from 'yaml';

/** Whether a file passed. A file without assertions tests nothing, so it fails. */
export function isGood({ results, counts }: Base): boolean {
  return results?.ok === true && counts.total > 0;
}

/** Describes what failed in a file. */
export function problemsOf({ name, counts, results, lists }: Base, milliseconds: number): string {
  return [
    `✖ ${name}  ${seconds(milliseconds)}, ${counts.fail} of ${counts.total} failed`,
    ...(results?.plan.skipAll ? [`  It was skipped: ${results.plan.skipReason}`] : []),
    ...lists.fail.map(({ fullname, diag }) => `  ✖ ${fullname}\n${details(diag)}`),
    '',
  ].join('\n');
}

function details(diag: unknown): string {
  return diag ? stringify(diag, { lineWidth: 0 }).replaceAll(/^/gm, '      ') : '';
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
