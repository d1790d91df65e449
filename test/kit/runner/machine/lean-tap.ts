/**
 * Loaded into tap before it runs: what it would load into each test, and into each process that a test
 * starts, is left out. That is for coverage, changed files and mocked modules, which nobody asks for here, and
 * it reads all modules a second time.
 */
import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { ProcessInfo } from '@tapjs/processinfo';

const LEFT_OUT = /^(?:--enable-source-maps|--import=.*@tapjs.*)$/;

function spawnLean(command: string, args: readonly string[], options: SpawnOptions) {
  return spawn(
    command,
    args.filter((argument) => !LEFT_OUT.test(argument)),
    options,
  );
}

Object.defineProperty(ProcessInfo, 'spawn', { get: () => spawnLean });
