import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { call, engineMessage } from '../faults.ts';
import { runHelper, removeOverdue, untilLabel } from '../helper.ts';
import { LABEL, labelsOf } from '../labels.ts';
import { helperSeccompProfile } from '../environments/seccomp-profile.ts';

/** Timeout for setting a few limits, which takes a fraction of a second, in milliseconds. */
const LIMITS_TIMEOUT_MS = 30_000;
/** Longest lifetime of a helper, in milliseconds: creating and starting it may take a minute each. */
const HELPER_LIFETIME_MS = 180_000;

/**
 * Enters the user namespace of a process and sets its limits. The kernel applies them to that namespace and
 * those below it. A process in the host's user namespace belongs to a runtime with a kernel for each machine,
 * where there is nothing to limit.
 */
const LIMITS_SCRIPT = `
[ "$(readlink "/proc/$1/ns/user")" != "$(readlink /proc/self/ns/user)" ] || exit 0
exec nsenter --user --target "$1" sh -c '
for kind in user mnt pid net ipc uts cgroup time; do
  file=/proc/sys/user/max_$\{kind}_namespaces
  [ ! -e "$file" ] || echo "$1" > "$file" || exit
done
' sh "$2"
`;

export interface NamespaceLimitsOptions {
  docker: Docker;
  installation: string;
  /** Image with sh and nsenter. */
  image: string;
}

/**
 * Limits the namespaces of each kind in a machine with an engine to its number of processes. The kernel
 * counts all machines as the host's root: without limits, one machine could use up the host's namespaces, and
 * no machine would start any more. Only the host's root may set these limits, so a short-lived helper does.
 *
 * @throws NESTED_ENGINE_UNAVAILABLE
 */
export async function limitNamespaces(
  { docker, installation, image }: NamespaceLimitsOptions,
  container: Docker.Container,
): Promise<void> {
  const { Config, State } = await call(() => container.inspect());
  // Without a process there is nothing to limit; the wait for its engine reports the problem.
  if (!State.Pid) return;
  const labels = labelsOf(installation, 'gauge');
  const limit = Config.Labels[LABEL.pids] ?? '';
  const config: Docker.ContainerCreateOptions = {
    Image: image,
    Entrypoint: ['sh', '-c', LIMITS_SCRIPT, 'sh', String(State.Pid), limit],
    Cmd: [],
    User: '0',
    Labels: { ...labels, ...untilLabel(HELPER_LIFETIME_MS) },
    HostConfig: {
      NetworkMode: 'none',
      // Finds the machine's process by the host's number, and enters its user namespace from the host's.
      PidMode: 'host',
      UsernsMode: 'host',
      CapDrop: ['ALL'],
      CapAdd: ['SYS_PTRACE'],
      SecurityOpt: [`seccomp=${JSON.stringify(helperSeccompProfile())}`, 'apparmor=unconfined'],
      ReadonlyRootfs: true,
      // The engine's default list, without the limits of user namespaces below /proc/sys.
      ReadonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sysrq-trigger'],
      PidsLimit: 32,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
  const { exitCode, output } = await run({ docker, config });
  await removeOverdue(docker, labels);
  if (exitCode !== 0) throw unavailable(output || `exit code ${exitCode}`);
}

async function run({ docker, config }: { docker: Docker; config: Docker.ContainerCreateOptions }) {
  try {
    return await runHelper(docker, config, { timeoutMs: LIMITS_TIMEOUT_MS });
  } catch (error) {
    throw unavailable(engineMessage(error), error);
  }
}

const unavailable = (problem: string, cause?: unknown) =>
  fault(
    'NESTED_ENGINE_UNAVAILABLE',
    { problem: `its number of namespaces cannot be limited: ${problem}` },
    cause,
  );
