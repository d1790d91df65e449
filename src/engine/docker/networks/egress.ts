import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { EGRESS_SCRIPT } from './egress-script.ts';
import { engineMessage, call } from '../faults.ts';
import { runHelper, removeOverdue, untilLabel } from '../helper.ts';
import { labelsOf, labelFilter } from '../labels.ts';

/**
 * Timeout for setting the rules, in milliseconds: it takes a fraction of a second, or a wait for another
 * program's lock.
 */
const RULES_TIMEOUT_MS = 30_000;
/** Longest lifetime of a helper, in milliseconds: creating and starting it may take a minute each. */
const HELPER_LIFETIME_MS = 180_000;

/** Limits machines with internet to the internet. */
export interface Egress {
  /**
   * Makes sure that the rules are active. It sets them every time, since a reload of the host's firewall
   * removes them. @throws EGRESS_UNAVAILABLE
   */
  protect(): Promise<void>;
  readonly nameServers: readonly string[];
}

interface EgressOptions {
  docker: Docker;
  installation: string;
  /** Image with sh and iptables. */
  image: string;
  /** Name servers that machines may use even in blocked ranges; the host's if empty. */
  nameServers: readonly string[];
}

/**
 * Creates the egress rules with the engine's API only: a short-lived helper in the host's network sets them.
 */
export function createEgress(options: EgressOptions): Egress {
  let running: Promise<void> | undefined;
  const protect = () => {
    // Calls during a running change share its result.
    running ??= setRules(options)
      .then(() => removeOverdue(options.docker, labelsOf(options.installation, 'egress')))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return { protect, nameServers: options.nameServers };
}

async function setRules({ docker, installation, image, nameServers }: EgressOptions): Promise<void> {
  try {
    const config = helperConfig(installation, image, nameServers);
    const { exitCode, output } = await runHelper(docker, config, { timeoutMs: RULES_TIMEOUT_MS });
    if (exitCode !== 0) throw fault('EGRESS_UNAVAILABLE', { problem: output || `exit code ${exitCode}` });
  } catch (error) {
    if (isFault(error, 'EGRESS_UNAVAILABLE', 'ENGINE_UNREACHABLE', 'DISK_FULL')) throw error;
    throw fault('EGRESS_UNAVAILABLE', { problem: engineMessage(error) }, error);
  }
}

function helperConfig(
  installation: string,
  image: string,
  nameServers: readonly string[],
): Docker.ContainerCreateOptions {
  return {
    Image: image,
    Entrypoint: ['/bin/sh', '-c', EGRESS_SCRIPT, 'sh', ...nameServers],
    Cmd: [],
    User: '0',
    Labels: { ...labelsOf(installation, 'egress'), ...untilLabel(HELPER_LIFETIME_MS) },
    HostConfig: {
      NetworkMode: 'host',
      // The host's network belongs to the host's own user namespace.
      UsernsMode: 'host',
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN', 'NET_RAW'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      Tmpfs: { '/run': 'rw,noexec,nosuid,size=1m' },
      PidsLimit: 32,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
}

/** Restores the egress rules if this installation has networks with internet. @throws EGRESS_UNAVAILABLE */
export async function restoreEgress(options: {
  docker: Docker;
  installation: string;
  egress: Egress;
}): Promise<void> {
  const networks = await call(() =>
    options.docker.listNetworks({ filters: labelFilter(labelsOf(options.installation, 'network')) }),
  );
  if (networks.some(({ Internal }) => !Internal)) await options.egress.protect();
}
