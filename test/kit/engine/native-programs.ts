import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { runCommand } from '../../../setup/command.mjs';

const FOLDER = fileURLToPath(new URL('../../../images/holder', import.meta.url));

/** The source files of each program, as in the image's Dockerfile. */
const SOURCES = [
  ['holder', ['holder.c', 'interrupt.c']],
  ['carrier', ['carrier.c']],
  ['check-runner', ['check-runner.c']],
] as const;

const FLAGS = [
  '-g',
  '-O1',
  '-Wall',
  '-Wextra',
  '-Wshadow',
  '-Werror',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
];

/** Programs end with allocated memory, which is not a leak. */
const SANITIZER = { ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' };

/** Longest compilation on a busy machine, in milliseconds. */
const COMPILE_LIMIT_MS = 120_000;

/** Compiles a program of images/holder that aborts with a report on memory errors and undefined behaviour. */
export async function compileSanitized(t: Test, name: (typeof SOURCES)[number][0]): Promise<string> {
  const program = join(t.testdir(), name);
  const [, files] = SOURCES.find(([each]) => each === name) ?? [];
  const sources = (files ?? []).map((file) => join(FOLDER, file));
  await runCommand('gcc', [...FLAGS, '-o', program, ...sources], { timeoutMs: COMPILE_LIMIT_MS });
  return program;
}

export type NativeProgram = ReturnType<typeof startNative>;

/** Starts such a program. It is ended after the test, and must not have reported anything. */
export function startNative(
  t: Test,
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
) {
  const child = spawn(program, args, {
    env: { ...process.env, ...SANITIZER, ...env },
    stdio: 'pipe',
  });
  const printed: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => printed.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => complaints.push(bytes));
  // It may end before it has read everything.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
    const complaint = Buffer.concat(complaints).toString();
    if (/Sanitizer|runtime error/.test(complaint)) throw new Error(complaint);
  });
  return {
    child,
    stdout: () => Buffer.concat(printed).toString(),
    stderr: () => Buffer.concat(complaints).toString(),
    /** Resolves with its exit code, or null if a signal ended it. */
    exitCode: async () => (await ended)[0] as number | null,
  };
}
