import { chmod, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runCommand } from '../../setup/command.mjs';
import { labDaemonConfig, mergeDaemonConfig, REMAP_USER, allocateSubordinateIds } from './daemon-config.ts';
import { whenMissing } from '../../setup/debian.mjs';
import { parseRoutes } from '../core/ipv4.ts';

export const DAEMON_CONFIG = '/etc/docker/daemon.json';
const ENGINE_DATA = '/var/lib/docker';
const TUN_DEVICE = '/dev/net/tun';

/**
 * Writes the files that an engine for labs needs before it starts: a tun device that nested engines may open. For an
 * engine that was just `installed` or is unused, also daemon.json, and the user and ids that containers map to. The
 * settings of other engines belong to their owner: a setting both in daemon.json and in the daemon's options prevents
 * the start. Needs root.
 */
export async function prepareEngineFiles({ installed }: { installed: boolean }): Promise<void> {
  await openTunDevice();
  const unused = await isUnused(ENGINE_DATA);
  if (!installed && !unused) return;
  const present = await readFile(DAEMON_CONFIG, 'utf8').catch(whenMissing(''));
  const routes = parseRoutes(await readFile('/proc/net/route', 'utf8'));
  if (unused) await prepareRemapUser();
  const merged = mergeDaemonConfig(present, labDaemonConfig({ routes, unused }));
  if (merged !== undefined) await replaceFile(DAEMON_CONFIG, merged, 0o644);
}

async function isUnused(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(whenMissing<string[]>([]))).length === 0;
}

async function prepareRemapUser(): Promise<void> {
  const [users, groups] = [await idsIn('/etc/passwd'), await idsIn('/etc/group')];
  if (!users.names.includes(REMAP_USER)) {
    const shell = ['--shell', '/usr/sbin/nologin', '--home-dir', '/nonexistent', '--no-create-home'];
    await runCommand('useradd', ['--system', '--user-group', ...shell, REMAP_USER]);
  }
  for (const [file, usedIds] of [
    ['/etc/subuid', users.ids],
    ['/etc/subgid', groups.ids],
  ] as const) {
    const text = await readFile(file, 'utf8').catch(whenMissing(''));
    const wanted = allocateSubordinateIds(text, { user: REMAP_USER, usedIds });
    if (wanted !== text) await replaceFile(file, wanted, 0o644);
  }
}

async function idsIn(file: string): Promise<{ names: string[]; ids: number[] }> {
  const rows = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(':'));
  return { names: rows.map(([name]) => name ?? ''), ids: rows.map((row) => Number(row[2])) };
}

/** Replaces a file atomically. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.berth-${process.pid}`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, path);
}

/** Creates the tun device. A nested engine's user is not root in its container, so all users need access. */
async function openTunDevice(): Promise<void> {
  await chmod(TUN_DEVICE, 0o666).catch(whenMissing(undefined));
}
