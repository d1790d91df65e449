import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { TYPESCRIPT } from '../../service/typescript.ts';
import { seconds } from './file-problems.ts';
import { isFromShard } from './outcome.ts';
import type { FileOutcome } from './outcome.ts';

const SHARD = join(import.meta.dirname, 'shard.ts');
/** Duration of the last run of each file, in milliseconds. */
const TIMES = 'node_modules/.cache/berth-test-times.json';
/** Time limit of an interrupted process to end, in milliseconds. */
const END_MS = 10_000;

export interface RunOptions {
  /** Number of processes. */
  jobs: number;
  /** Time limit of a file that sets no other, in seconds. */
  timeoutSeconds: number;
  /** Added to the environment of tests. */
  env?: NodeJS.ProcessEnv;
  /** Ends all processes. */
  signal?: AbortSignal;
}

/** Lists the test files in a folder, sorted by name. */
export function testFilesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/**
 * Runs test files, many in each of a few processes, and prints a line for each file. Failures are printed again at the
 * end. Returns the exit code: 0 if everything passed.
 *
 * A process loads the modules of Berth once for all of its files, which takes seconds of processor time.
 */
export async function runFiles(files: readonly string[], options: RunOptions): Promise<number> {
  const start = performance.now();
  const waiting = longestFirst(files);
  const outcomes: FileOutcome[] = [];
  const onOutcome = (outcome: FileOutcome) => {
    outcomes.push(outcome);
    const { file, milliseconds, passed, problems } = outcome;
    say(problems ?? `✔ ${file}  ${seconds(milliseconds)}, ${passed} passed`);
  };
  const runWaiting = async (job: number) => {
    // The next process runs the files that are left after one that ended its process.
    while (waiting.length > 0 && !options.signal?.aborted)
      await runShard(waiting, { ...options, job, onOutcome });
  };
  const jobs = Math.min(options.jobs, waiting.length);
  await Promise.all(Array.from({ length: jobs }, (_, job) => runWaiting(job)));

  const failures = outcomes.flatMap(({ problems }) => problems ?? []);
  say(['', ...failures, summaryOf(outcomes, failures.length, performance.now() - start)].join('\n'));
  writeTimes(outcomes);
  return failures.length > 0 || waiting.length > 0 ? 1 : 0;
}

function summaryOf(outcomes: readonly FileOutcome[], failed: number, milliseconds: number): string {
  const sum = (of: (outcome: FileOutcome) => number) =>
    outcomes.reduce((all, outcome) => all + of(outcome), 0);
  return [
    `${outcomes.length - failed} files passed, ${failed} failed, after ${seconds(milliseconds)}`,
    `${sum(({ passed }) => passed)} assertions passed, ${sum((each) => each.failed)} failed, ${sum(({ leftOut }) => leftOut)} left out`,
  ].join('\n');
}

interface ShardOptions extends RunOptions {
  job: number;
  onOutcome: (outcome: FileOutcome) => void;
}

/** Runs files in one process until none is waiting or the process ends. */
async function runShard(
  waiting: string[],
  { job, timeoutSeconds, env, signal, onOutcome }: ShardOptions,
): Promise<void> {
  const child = fork(SHARD, [String(timeoutSeconds * 1_000)], {
    execArgv: [
      // A test that opens a database takes half the processor time if Prisma's WebAssembly is not optimised.
      '--liftoff-only',
      // Collecting short-lived objects in larger portions saves a tenth of the processor time.
      '--max-semi-space-size=64',
      TYPESCRIPT,
    ],
    env: { ...process.env, ...env, TAP_JOB_ID: String(job) },
    silent: true,
  });
  const end = () => void endProcess(child);
  signal?.addEventListener('abort', end);
  let running: string | undefined;
  for (const output of [child.stdout, child.stderr]) {
    (output as Readable).on('data', (text: Buffer) =>
      process.stderr.write(`${running ?? 'tests'}: ${text.toString()}`),
    );
  }
  child.on('message', (message) => {
    // Tests may send messages too.
    if (!isFromShard(message)) return;
    if (message.outcome) onOutcome(message.outcome);
    running = waiting.shift();
    child.send({ file: running });
  });
  const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  signal?.removeEventListener('abort', end);
  if (running === undefined && code === 0) return;
  const file = running ?? 'after the last file';
  const problems = `✖ ${file}\n  Its process ended with ${killedBy ?? code}.\n`;
  onOutcome({ file, milliseconds: 0, passed: 0, failed: 1, leftOut: 0, problems });
}

/** Asks a process to end, and kills it after the time limit. */
async function endProcess(child: ChildProcess): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(timer);
}

/** Sorts the longest files first, so that all processes end at about the same time; new files before them. */
function longestFirst(files: readonly string[]): string[] {
  const times = readTimes();
  const timeOf = (file: string) => times[file] ?? Infinity;
  return files.toSorted((one, other) => timeOf(other) - timeOf(one) || one.localeCompare(other, 'en'));
}

function readTimes(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(TIMES, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

function writeTimes(outcomes: readonly FileOutcome[]): void {
  const taken = outcomes.map(({ file, milliseconds }) => [file, Math.round(milliseconds)] as const);
  mkdirSync(dirname(TIMES), { recursive: true });
  writeFileSync(TIMES, JSON.stringify({ ...readTimes(), ...Object.fromEntries(taken) }));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
