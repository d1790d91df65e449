/** Runs unit tests, all or the named files: many files in each of a few processes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { seconds } from '../machine/file-report.ts';
import { TYPESCRIPT } from '../../service/typescript.ts';
import { isFromShard } from './outcome.ts';
import type { FileOutcome } from './outcome.ts';

const FOLDER = 'test/unit';
const SHARD = join(import.meta.dirname, 'shard.ts');
/** The last duration of each file, in milliseconds. */
const TIMES = 'node_modules/.cache/berth-unit-tests.json';
/** Longest test, in seconds. */
const TIMEOUT_S = 120;

function unitTests(): string[] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(FOLDER, name))
    .sort();
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

/** Slow files first, so that all processes end at about the same time, and new files before them. */
function inOrder(files: readonly string[]): string[] {
  const times = readTimes();
  const timeOf = (file: string) => times[file] ?? Infinity;
  return files.toSorted((one, other) => timeOf(other) - timeOf(one) || one.localeCompare(other, 'en'));
}

/** Runs files in one process until none are left. */
async function runShard(waiting: string[], onOutcome: (outcome: FileOutcome) => void): Promise<void> {
  const child = fork(SHARD, {
    execArgv: ['--liftoff-only', TYPESCRIPT],
    env: { ...process.env, TAP_TIMEOUT: String(TIMEOUT_S) },
  });
  let running: string | undefined;
  child.on('message', (message) => {
    // The tested code may send messages, too.
    if (!isFromShard(message)) return;
    if (message.outcome) onOutcome(message.outcome);
    running = waiting.shift();
    child.send({ file: running });
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (running === undefined && code === 0) return;
  const file = running ?? 'after the last file';
  const problems = `✖ ${file}\n  Its process ended with ${signal ?? code}.\n`;
  onOutcome({ file, milliseconds: 0, passed: 0, failed: 1, leftOut: 0, problems });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const start = performance.now();
const named = process.argv.slice(2);
const waiting = inOrder(named.length > 0 ? named : unitTests());
const outcomes: FileOutcome[] = [];
function report(outcome: FileOutcome): void {
  const { file, milliseconds, passed, problems } = outcome;
  outcomes.push(outcome);
  say(problems ?? `✔ ${file}  ${seconds(milliseconds)}, ${passed} passed`);
}
const shards = Math.min(availableParallelism(), waiting.length);
await Promise.all(Array.from({ length: shards }, () => runShard(waiting, report)));

const failed = outcomes.flatMap(({ problems }) => problems ?? []);
const sum = (of: (outcome: FileOutcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
const files = `${outcomes.length - failed.length} files passed, ${failed.length} failed, after ${seconds(performance.now() - start)}`;
const assertions = `${sum(({ passed }) => passed)} assertions passed, ${sum(({ failed }) => failed)} failed, ${sum(({ leftOut }) => leftOut)} left out`;
say(['', ...failed, files, assertions].join('\n'));
writeTimes(outcomes);
process.exitCode = failed.length > 0 || waiting.length > 0 ? 1 : 0;
