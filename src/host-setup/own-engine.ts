import { readFile } from 'node:fs/promises';
import { whenMissing } from '../../setup/debian.mjs';
import { NESTED_ENGINE_LABEL } from '../engine/docker/nested/nested-support.ts';
import { mergeDaemonConfig, REMAP_USER } from './daemon-config.ts';
import { DAEMON_CONFIG, replaceFile } from './engine-files.ts';
import { parseSubordinateIds, REMAP_COUNT } from './subordinate-ids.ts';

/** File with the process id of this host's daemon, with or without systemd. */
const PID_FILE = '/var/run/docker.pid';

/**
 * Adds the label to an engine that an earlier version of Berth set up, without a restart: the daemon reloads its labels
 * on SIGHUP. Needs root.
 */
export async function labelOwnEngine(): Promise<void> {
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
