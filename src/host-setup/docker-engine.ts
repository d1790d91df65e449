import { userInfo } from 'node:os';
import { readFile } from 'node:fs/promises';
import type { Fault } from '../core/errors.ts';
import { hasCommand, installPackages, readHost, whenMissing } from '../../setup/debian.mjs';
import { DEFAULT_ENGINE } from '../engine/engine-address.ts';
import { NESTED_ENGINE_LABEL } from '../engine/docker/nested/nested-support.ts';
import { pingEngine, startDaemon } from './daemon-process.ts';
import {
  prepareEngineFiles,
  DAEMON_CONFIG,
  replaceFile,
  mergeDaemonConfig,
  REMAP_USER,
  parseSubordinateIds,
  REMAP_COUNT,
} from './engine-files.ts';
import { raiseKernelLimits } from './kernel-limits.ts';
import { setupFault } from './setup-fault.ts';
import type { Step } from '../../setup/steps.mjs';

/** docker.io contains the daemon. If its client is a separate package, people need it too. */
const PACKAGES = ['docker.io', 'iptables', 'ca-certificates'];
const OPTIONAL_PACKAGES = ['docker-cli'];

interface FoundEngine {
  readonly address: string;
  readonly note: string;
}

/**
 * Finds the container engine at DOCKER_HOST or the usual socket. If none responds, sets one up: as root on Debian or
 * Ubuntu, unless BERTH_ENGINE_SETUP is `off`.
 *
 * @throws ENGINE_SETUP_REFUSED with the commands to run if it cannot or must not set one up
 */
export async function ensureEngine({
  env,
  step,
}: {
  env: NodeJS.ProcessEnv;
  step: Step;
}): Promise<FoundEngine> {
  const address = env['DOCKER_HOST'] || DEFAULT_ENGINE;
  step.progress(`looking at ${address}`);
  const ping = await pingEngine(address, env);
  const off = env['BERTH_ENGINE_SETUP'] === 'off';
  if (ping.state === 'up') {
    if (address === DEFAULT_ENGINE && !off && process.getuid?.() === 0) {
      await raiseKernelLimits();
      await labelOwnEngine();
    }
    return { address, note: address };
  }
  if (ping.state === 'refused') throw refusedError(address);
  if (address !== DEFAULT_ENGINE) {
    throw setupFault(`DOCKER_HOST is ${address}, but no engine responds there: ${ping.reason}.`, [
      'Start that engine, or unset DOCKER_HOST to use the one of this host.',
    ]);
  }
  const host = await readHost();
  if (off || !host.root || !host.debian) throw missingError({ ...host, off });

  const present = await hasCommand('dockerd', env['PATH']);
  await prepareEngineFiles({ installed: !present });
  await raiseKernelLimits();
  if (!present) {
    step.progress('installing docker.io');
    const onProgress = step.progress;
    await installPackages({ packages: PACKAGES, optional: OPTIONAL_PACKAGES, onProgress });
  }
  await startDaemon(address, step.progress);
  return { address, note: `${present ? 'started' : 'installed and started'} at ${address}` };
}

function refusedError(address: string): Fault {
  const { username } = userInfo();
  return setupFault(`An engine listens at ${address}, but ${username} may not use it. Run:`, [
    `sudo usermod -aG docker ${username}`,
    'then sign out and in again.',
  ]);
}

/** Returns the message for a user who must set up the engine manually. */
export function missingError(host: { root: boolean; debian: boolean; off: boolean }): Fault {
  const sudo = host.root ? '' : 'sudo ';
  const reason = host.off
    ? 'BERTH_ENGINE_SETUP is off'
    : host.debian
      ? 'only root may set one up'
      : 'Berth sets one up on Debian and Ubuntu only';
  const problem = `No container engine responds at ${DEFAULT_ENGINE}, and ${reason}. `;
  if (!host.debian) {
    return setupFault(`${problem}Install Docker Engine and start it:`, [
      'https://docs.docker.com/engine/install/',
      'or set DOCKER_HOST to an engine on another host.',
    ]);
  }
  return setupFault(`${problem}Run:`, [
    `${sudo}apt-get install -y ${PACKAGES.slice(0, 2).join(' ')}`,
    `${sudo}systemctl enable --now docker`,
    ...(host.root ? [] : [`${sudo}usermod -aG docker "$USER"   # then sign out and in again`]),
    'or set DOCKER_HOST to an engine on another host.',
  ]);
}

/** File with the process id of this host's daemon, with or without systemd. */
const PID_FILE = '/var/run/docker.pid';

/**
 * Adds the label to an engine that an earlier version of Berth set up, without a restart: the daemon reloads its labels
 * on SIGHUP. Needs root.
 */
async function labelOwnEngine(): Promise<void> {
  const present = await readFile(DAEMON_CONFIG, 'utf8').catch(whenMissing(''));
  const ids = await readFile('/etc/subuid', 'utf8').catch(whenMissing(''));
  const labelled = withLabel(present, ids);
  if (labelled === undefined) return;
  const pid = Number(await readFile(PID_FILE, 'utf8').catch(whenMissing('')));
  if (!(pid > 1)) return;
  await replaceFile(DAEMON_CONFIG, labelled, 0o644);
  process.kill(pid, 'SIGHUP');
}

/** Returns daemon.json with the label; undefined if it has labels, or if Berth did not create it. Pure. */
export function withLabel(daemonConfig: string, subordinateIds: string): string | undefined {
  const isOurs =
    daemonConfig.trim() !== '' &&
    (JSON.parse(daemonConfig) as Record<string, unknown>)['userns-remap'] === REMAP_USER &&
    parseSubordinateIds(subordinateIds).some(
      ({ user, count }) => user === REMAP_USER && count === REMAP_COUNT,
    );
  return isOurs ? mergeDaemonConfig(daemonConfig, { labels: [NESTED_ENGINE_LABEL] }) : undefined;
}
