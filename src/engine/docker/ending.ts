import type Docker from 'dockerode';
import { fault, isFault } from '../../errors.ts';
import { call } from './faults.ts';
import { ENDING_SCRIPT } from './ending-script.ts';
import type { Leader } from './shell-leader.ts';
import { waitForExit } from './exec-exit.ts';

/** The script's own waits add up to under 3 s; past this the machine is stuck. */
const ENDING_TIMEOUT_MS = 15_000;
/** Processes lent to a machine that has used up its own, so that there is room for what ends them. */
const LENT_PROCESSES = 32;

/** What is to be ended; see {@link ENDING_SCRIPT} for the two ways. */
export interface Ending {
  leader: Leader | undefined;
  /** Text in the environment of all that is to end, whatever session it moved to. */
  mark?: string;
  user?: string | undefined;
}

/** Ends processes inside a machine. A machine that is gone or stopped has none: that succeeds. */
export async function endInside(container: Docker.Container, ending: Ending): Promise<void> {
  try {
    if ((await runEnding(container, ending)) !== 'no-room') return;
    await withLentProcesses(container, () => runEnding(container, ending));
  } catch (error) {
    if (!isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING')) throw error;
  }
}

async function runEnding(container: Docker.Container, ending: Ending): Promise<'ended' | 'no-room'> {
  const { leader, mark = '', user } = ending;
  const process = leader ? [String(leader.pid), leader.startTime] : ['', ''];
  const options = {
    Cmd: ['/bin/sh', '-c', ENDING_SCRIPT, 'sh', ...process, mark],
    // Its own user, since a machine without capabilities has no other that may.
    User: user ?? (leader ? String(leader.uid) : ''),
    AttachStdout: true,
    AttachStderr: true,
  };
  const exec = await call(() => container.exec(options));
  const stream = await call(() => exec.start({ hijack: true, stdin: true }));
  stream.on('error', () => stream.destroy()).resume();
  const timer = setTimeout(() => stream.destroy(), ENDING_TIMEOUT_MS);
  await new Promise((resolve) => stream.once('close', resolve));
  clearTimeout(timer);
  const exitCode = await waitForExit(container, exec);
  if (exitCode === 0) return 'ended';
  // The script itself answers 0 or 1, and 2 when it can not fork; all else is the engine's failure to begin.
  if (exitCode === 1 || exitCode === undefined) {
    throw fault('ENGINE_REFUSED', { problem: 'some processes could not be ended' });
  }
  return 'no-room';
}

async function withLentProcesses<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  const { HostConfig } = await call(() => container.inspect());
  const PidsLimit = HostConfig.PidsLimit ?? 0;
  await call(() => container.update({ PidsLimit: PidsLimit + LENT_PROCESSES }));
  try {
    return await use();
  } finally {
    await call(() => container.update({ PidsLimit }));
  }
}
