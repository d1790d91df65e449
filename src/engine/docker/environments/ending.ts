import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { ENDING_SCRIPT } from './ending-script.ts';
import { withLentProcesses } from './lent-processes.ts';
import { createExec } from '../nested/exec-user.ts';
import type { Leader } from '../exec/shell-leader.ts';
import { waitForExit } from '../exec/exec-exit.ts';

/** The script's own waits add up to under 3 s; past this the machine is stuck. */
const ENDING_TIMEOUT_MS = 15_000;

/** What forks without end can take what was lent before the script does; how often it is lent. */
const ATTEMPTS = 5;

/** What is to be ended; see {@link ENDING_SCRIPT} for the two ways. */
export interface Ending {
  leader: Leader | undefined;
  /** Text in the environment of all that is to end, whatever session it moved to. */
  mark?: string;
  /**
   * Who it was started as, which is who ends it: a machine without capabilities has no other that may. Never what the
   * machine says. Undefined for the container's own user.
   */
  user: string | undefined;
}

/** A variable for the environment of an exec, by which it is found with all that it starts. */
export function newMark(): string {
  return `BERTH_RUN=${randomUUID()}`;
}

/** Ends processes inside a machine. A machine that is gone or stopped has none: that succeeds. */
export async function endInside(container: Docker.Container, ending: Ending): Promise<void> {
  try {
    if ((await runEnding(container, ending)) !== 'no-room') return;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if ((await withLentProcesses(container, () => runEnding(container, ending))) !== 'no-room') return;
    }
    throw fault('ENGINE_REFUSED', { problem: 'there is no room in the machine for what ends its processes' });
  } catch (error) {
    if (!isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING')) throw error;
  }
}

async function runEnding(container: Docker.Container, ending: Ending): Promise<'ended' | 'no-room'> {
  const { leader, mark = '', user } = ending;
  const process = leader ? [String(leader.pid), leader.startTime] : ['', ''];
  const options = {
    Cmd: ['/bin/sh', '-c', ENDING_SCRIPT, 'sh', ...process, mark],
    ...(user !== undefined && { User: user }),
    AttachStdout: true,
    AttachStderr: true,
  };
  const exec = await createExec(container, options);
  const stream = await call(() => exec.start({ hijack: true, stdin: true }));
  stream.on('error', () => stream.destroy()).resume();
  const timer = setTimeout(() => stream.destroy(), ENDING_TIMEOUT_MS);
  await new Promise((resolve) => stream.once('close', resolve));
  clearTimeout(timer);
  const exitCode = await waitForExit(container, exec);
  if (exitCode === 0) return 'ended';
  // The script itself answers 0 or 1, and 2 when it cannot fork; all else is the engine's failure to begin.
  if (exitCode === 1 || exitCode === undefined) {
    throw fault('ENGINE_REFUSED', { problem: 'some processes could not be ended' });
  }
  return 'no-room';
}
