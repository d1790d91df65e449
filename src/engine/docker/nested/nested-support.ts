import type Docker from 'dockerode';
import type { HostConfig } from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { Engine } from '../../engine.ts';
import { call, engineMessage } from '../faults.ts';
import { runHelper, removeOverdue, untilLabel } from '../helper.ts';
import { labelsOf } from '../labels.ts';
import type { HelperOutcome } from '../helper.ts';
import { nestedSeccompProfile } from '../environments/seccomp-profile.ts';

/** Label in the daemon.json of an engine that was set up for machines with their own engine. */
export const NESTED_ENGINE_LABEL = 'berth.nested-docker=on';

/** Timeout of the probe, in milliseconds: it asks the kernel a few questions. */
const PROBE_TIMEOUT_MS = 30_000;
/** Longest lifetime of a probe, in milliseconds: creating and starting it may take a minute each. */
const PROBE_LIFETIME_MS = 180_000;

/**
 * Whether machines may have engines; `auto`: if the engine has the label of an engine that was set up for
 * them.
 */
export type NestedSetting = 'auto' | 'on' | 'off';

interface NestedOptions {
  docker: Docker;
  installation: string;
  /** Image with sh and unshare. */
  image: string;
  setting: NestedSetting;
  /** The engine's name of the runtime for such machines; its default if undefined. */
  runtime: string | undefined;
}

export type NestedSupport = ReturnType<typeof createNestedSupport>;

/** Checks whether machines can and may have their own engine on this engine. */
export function createNestedSupport(options: NestedOptions) {
  let probed = false;

  async function problem(): Promise<string | undefined> {
    const refusal = refusalOf(options.setting, (await call(() => options.docker.info())) as Info);
    if (refusal !== undefined || probed) return refusal;
    const found = await probe(options);
    probed = found === undefined;
    return found;
  }

  return {
    /** Returns why they cannot; undefined if they can. */
    problem,

    runtime: options.runtime,

    /** @throws NESTED_ENGINE_UNAVAILABLE */
    async require(): Promise<void> {
      const found = await problem();
      if (found !== undefined) throw fault('NESTED_ENGINE_UNAVAILABLE', { problem: found });
    },
  };
}

/** Returns whether the setting and the engine's description allow machines with engines. */
export async function isNestedWanted(docker: Docker, env: NodeJS.ProcessEnv): Promise<boolean> {
  const setting = (env['BERTH_NESTED_DOCKER'] || 'auto') as NestedSetting;
  return refusalOf(setting, (await call(() => docker.info())) as Info) === undefined;
}

/** The used part of the engine's answer. */
interface Info {
  SecurityOptions?: string[] | null;
  Labels?: string[] | null;
}

/**
 * Returns why the setting or the engine's description rules out engines in machines; undefined if they do
 * not.
 */
export function refusalOf(setting: NestedSetting, { SecurityOptions, Labels }: Info): string | undefined {
  const isOn = setting === 'on' || (setting === 'auto' && (Labels ?? []).includes(NESTED_ENGINE_LABEL));
  if (!isOn) return 'it is off; an admin can turn it on with BERTH_NESTED_DOCKER';
  if ((SecurityOptions ?? []).some((option) => /^name=userns\b/.test(option))) return undefined;
  return 'the engine does not remap users ("userns-remap" in its daemon.json), so a program that escapes from such a machine would be root on the host';
}

async function probe({ docker, installation, image, runtime }: NestedOptions): Promise<string | undefined> {
  const labels = labelsOf(installation, 'gauge');
  await removeOverdue(docker, labels);
  const missing = () =>
    fault('IMAGE_NOT_FOUND', {
      image,
      problem: 'it tests the requirements of engines in machines: "berth up" builds it',
    });
  const config = {
    Image: image,
    Entrypoint: ['sh', '-c', PROBE_SCRIPT],
    Cmd: [],
    User: '1000:1000',
    Labels: { ...labels, ...untilLabel(PROBE_LIFETIME_MS) },
    HostConfig: {
      NetworkMode: 'none',
      ...nestedIsolation(runtime),
      ReadonlyRootfs: true,
      PidsLimit: 32,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
  try {
    return probeProblem(await runHelper(docker, config, { timeoutMs: PROBE_TIMEOUT_MS, missing }));
  } catch (error) {
    if (!isFault(error, 'ENGINE_REFUSED')) throw error;
    return `the engine refuses the test of its requirements: ${engineMessage(error)}`;
  }
}

/** Exit codes of {@link PROBE_SCRIPT} for missing requirements. */
const NO_IDS = 11;
const NO_TUN = 12;
const NO_NAMESPACES = 13;

/** First and last additional id of a learner, as in /etc/subuid of images/docker. */
const FIRST_ID = 100_000;
const PAST_IDS = FIRST_ID + 65_536;

/** Tests in a container what an engine in a machine needs from the kernel. */
const PROBE_SCRIPT = `
has_ids() {
  while read -r first _ count; do
    [ "$first" -le ${FIRST_ID} ] && [ $((first + count)) -ge ${PAST_IDS} ] && return
  done < "$1"
  return 1
}
for map in /proc/self/uid_map /proc/self/gid_map; do
  has_ids $map || { cat $map; exit ${NO_IDS}; }
done
( exec 3<> /dev/net/tun ) || exit ${NO_TUN}
unshare --user --map-root-user --mount --net --uts --ipc --pid --fork --mount-proc true || exit ${NO_NAMESPACES}
`;

const PROBLEMS: Readonly<Record<number, string>> = {
  [NO_IDS]: `containers have too few user ids: give the user of "userns-remap" a range of more than ${PAST_IDS} in /etc/subuid and /etc/subgid, and restart the engine`,
  [NO_TUN]:
    'an ordinary user cannot open /dev/net/tun on the engine\'s host: create it with "modprobe tun", and allow access with "chmod 0666 /dev/net/tun"',
  [NO_NAMESPACES]:
    'the kernel or the runtime does not let an ordinary user create namespaces: check the sysctls user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns of the host',
};

/** Returns what is missing, by the script's exit code; undefined if nothing is. */
export function probeProblem({ exitCode, output }: HelperOutcome): string | undefined {
  if (exitCode === 0) return undefined;
  const problem = PROBLEMS[exitCode] ?? `the test exited with ${exitCode}`;
  return output ? `${problem} (${output})` : problem;
}

/** Device with which slirp4netns, an ordinary program, gives the machine's containers a network. */
const TUN_DEVICE = '/dev/net/tun';

/**
 * Returns the isolation of a machine with its own engine. Its user has no capabilities. newuidmap and
 * newgidmap get theirs from their files, to map the additional ids of that user, so new privileges cannot be
 * forbidden completely. The kernel allows mounting a new /proc only if nothing of the old one is hidden. Its
 * files belong to the host's root, which nobody in the machine is, as the engine remaps users. AppArmor's
 * profile for containers forbids every mount, including those in the learner's own namespaces.
 */
export function nestedIsolation(runtime?: string): HostConfig {
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: ['SETUID', 'SETGID'],
    SecurityOpt: [`seccomp=${JSON.stringify(nestedSeccompProfile())}`, 'apparmor=unconfined'],
    MaskedPaths: [],
    ReadonlyPaths: [],
    Devices: [{ PathOnHost: TUN_DEVICE, PathInContainer: TUN_DEVICE, CgroupPermissions: 'rw' }],
    ...(runtime !== undefined && { Runtime: runtime }),
  };
}

/**
 * Logs at the start whether machines can have their own Docker engine: as a warning if the settings require it and it
 * is unavailable.
 */
export async function logNestedSupport({
  engine,
  nestedDocker,
  log,
}: {
  engine: Pick<Engine, 'nestedProblem'>;
  nestedDocker: NestedSetting;
  log: Log;
}): Promise<void> {
  if (nestedDocker === 'off') return;
  try {
    const problem = await engine.nestedProblem();
    if (problem === undefined) log.info({}, 'nested Docker engines are available');
    else if (nestedDocker === 'on') log.warn({ problem }, 'nested Docker engines are unavailable');
    else log.info({ problem }, 'nested Docker engines are unavailable');
  } catch (error) {
    log.warn({ err: error }, 'could not check whether nested Docker engines are available');
  }
}
