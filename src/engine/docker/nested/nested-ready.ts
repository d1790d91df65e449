import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { runExec } from '../exec/exec.ts';

/**
 * Longest wait for an engine, in milliseconds: it starts in two seconds, but much slower if a host starts
 * twenty at once.
 */
const READY_TIMEOUT_MS = 120_000;
const OUTPUT_LIMIT_BYTES = 64 * 1024;
/** Characters to keep of an engine's error output: enough to report why it does not start. */
const MAX_OUTPUT_CHARS = 1_000;

/**
 * Waits for the engine's socket, then for its answer: the engine listens before it is ready, and answers once
 * it is. In a restarted machine, the learner's files must not influence this: neither a context or plugin of
 * the client in their home directory, nor a program there.
 */
const WAIT_SCRIPT = `
socket=\${DOCKER_HOST:-unix:///var/run/docker.sock}
until [ -S "\${socket#unix://}" ]; do sleep 0.05; done
export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH" DOCKER_CONFIG=/nonexistent
unset DOCKER_CONTEXT
until docker --host "$socket" info > /dev/null; do sleep 0.2; done
`;

/** Waits until the machine's own engine answers. @throws NESTED_ENGINE_UNAVAILABLE, `signal`'s reason */
export async function waitForEngine(
  container: Docker.Container,
  {
    machine,
    timeoutMs = READY_TIMEOUT_MS,
    signal,
  }: { machine: string; timeoutMs?: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const { outcome, exitCode, stderr } = await runExec(container, {
    command: ['sh', '-c', WAIT_SCRIPT],
    timeoutMs,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    ...(signal && { signal }),
  });
  if (exitCode === 0) return;
  const how = outcome === 'timed-out' ? `did not answer within ${timeoutMs / 1000} s` : 'does not answer';
  const message = stderr.toString().trim().slice(-MAX_OUTPUT_CHARS);
  throw fault('NESTED_ENGINE_UNAVAILABLE', {
    problem: `the engine in the machine "${machine}" ${how}${message && `: ${message}`}`,
  });
}
