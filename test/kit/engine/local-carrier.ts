import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { startNative } from './native-programs.ts';
import { until } from '../basics/until.ts';

/** A transfer helper that runs on this host and waits for a guest with the token. */
export async function startLocalCarrier(
  t: Test,
  program: string,
  { direction, command, token }: { direction: 'in' | 'out'; command: readonly string[]; token: string },
) {
  const folder = await mkdtemp(join(tmpdir(), 'berth-carrier-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 's');
  const native = startNative(t, program, [direction, ...command]);
  native.child.stdin.write(`${path} ${token}\n`);
  await until(() => native.stdout().includes('listening\n'));
  return { native, path };
}
