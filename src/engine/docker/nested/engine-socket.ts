import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { ENGINE_SOCKET } from '../../engine-checkers.ts';
import { labelsOf } from '../labels.ts';
import { readPasswd, resolveUserId } from '../environments/machine-user.ts';
import { createVolume } from '../storage/volume.ts';
import type { VolumeOwner } from '../storage/volume.ts';
import { runExec } from '../exec/exec.ts';

/** Folder of the second socket of a machine's engine, for trusted checks. */
const FOLDER = ENGINE_SOCKET.slice(0, ENGINE_SOCKET.lastIndexOf('/'));
/** Size of that folder, in bytes. It contains one socket, which takes no space. */
const FOLDER_BYTES = 64 * 1024;
/**
 * Options of the folder. It is in memory, and any user may create the socket: the engine does not run as
 * root.
 */
const OPTIONS = { type: 'tmpfs', device: 'tmpfs', o: `size=${FOLDER_BYTES},mode=1777,nosuid,nodev,noexec` };

/**
 * Creates the volume for a machine's engine socket. Returns the bind with which the machine mounts it.
 * @throws ENGINE_REFUSED
 */
export async function createEngineSocket(
  docker: Docker,
  { installation, environmentId, created }: VolumeOwner,
  machine: string,
): Promise<string> {
  const name = `berth-${environmentId}-${machine}-engine`;
  const belonging = { environment: environmentId, machine, attempt: created.attempt };
  await createVolume(docker, name, { labels: labelsOf(installation, 'volume', belonging), options: OPTIONS });
  return `${name}:${FOLDER}:nocopy`;
}

/**
 * How a checker accesses the engine of a machine: the bind of its socket, and the id of that engine's user.
 */
interface EngineAccess {
  bind: string;
  uid: number;
}

/**
 * Returns a checker's access to the machine's own engine. @throws ENGINE_REFUSED if the machine has no engine
 */
export async function engineAccess(
  docker: Docker,
  { Id, Config, HostConfig }: Docker.ContainerInspectInfo,
): Promise<EngineAccess> {
  const [volume] = (HostConfig.Binds ?? []).flatMap((bind) => {
    const [name = '', folder] = bind.split(':');
    return folder === FOLDER ? [name] : [];
  });
  const uid = resolveUserId(Config.User, await readPasswd(docker.getContainer(Id)));
  if (volume !== undefined && uid) return { bind: `${volume}:${FOLDER}:ro,nocopy`, uid };
  throw fault('ENGINE_REFUSED', {
    problem:
      'the machine has no engine for trusted checks: use the profile "nested", and restart the session if an earlier version of Berth started it',
  });
}

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
