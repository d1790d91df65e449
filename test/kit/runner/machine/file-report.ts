import type { ChildProcess } from 'node:child_process';
import type { Base, Spawn, TestBase } from 'tap';
import { stringify } from 'yaml';
import { orderFiles } from './file-order.ts';

/**
 * A reporter for tap: one line per file, other output of files, and failures, both immediately and again at the end.
 * Tap's own reporters redraw everything with each assertion, which takes 3 % of the processor time of all tests. Tap
 * renders this as a component, but it draws nothing.
 */
export default function FileReport({ test }: { test: TestBase }): null {
  const failed: string[] = [];
  let passed = 0;
  orderFiles(test);

  test.on('subtestStart', (file: Base) => {
    transferLease(file);
    file.on('complete', () => {
      if (isGood(file)) {
        passed += 1;
        say(`✔ ${file.name}  ${seconds(file.results?.time)}, ${file.counts.pass} passed`);
        return;
      }
      const text = problemsOf(file);
      failed.push(text);
      say(text);
    });
  });

  test.on('complete', () => {
    const { pass, fail, skip, todo } = test.counts;
    const files = `${passed} files passed, ${failed.length} failed, after ${seconds(performance.now())}`;
    const assertions = `${pass} assertions passed, ${fail} failed, ${skip + todo} left out`;
    say(['', ...failed, files, assertions].join('\n'));
  });
  return null;
}

/** A file without assertions tests nothing. */
export function isGood({ results, counts, options }: Base): boolean {
  return results?.ok === true && counts.total > 0 && !options.exitCode && !options.signal;
}

/** The output of a file that is not a test result. */
function transferLease(file: Base): void {
  const tell = (text: Buffer | string) => process.stderr.write(`${file.name}: ${String(text)}`);
  (file as Spawn).on('process', ({ stderr }: ChildProcess) => stderr?.on('data', tell));
  file.parser.on('extra', tell);
}

/** The readable failures of a file. */
export function problemsOf(file: Base, milliseconds = file.results?.time): string {
  const { name, counts, options, results, lists } = file;
  const { exitCode, signal } = options;
  return [
    `✖ ${name}  ${seconds(milliseconds)}, ${counts.fail} of ${counts.total} failed`,
    ...(exitCode || signal ? [`  It ended with ${signal ?? exitCode}.`] : []),
    ...(results?.plan.skipAll ? [`  It was skipped: ${results.plan.skipReason}`] : []),
    ...lists.fail.map(({ fullname, diag }) => `  ✖ ${fullname}\n${details(diag)}`),
    '',
  ].join('\n');
}

function details(diag: unknown): string {
  return diag ? stringify(diag, { lineWidth: 0 }).replaceAll(/^/gm, '      ') : '';
}

export function seconds(milliseconds: number | null | undefined): string {
  return `${((milliseconds ?? 0) / 1_000).toFixed(1)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
