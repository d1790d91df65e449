/**
 * Loaded into tap before it runs. Leaves out tap plugins for coverage, changed files and mocked modules, which nobody
 * uses here. They would load into each test and each process that a test starts, and read all modules twice.
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
