import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { whenMissing } from '../../setup/debian.mjs';

/**
 * Every container and every command in one takes a session keyring of its user. Where containers
 * share one mapped root, the kernel's quota of one user, 200 keys, ends at about 200 shells.
 */
export const KEY_QUOTA = { maxkeys: 20_000, maxbytes: 2_000_000 } as const;

const LIVE = '/proc/sys/kernel/keys';
const SETTINGS = '/etc/sysctl.d/60-berth.conf';

/** The kernel's quota now; undefined where the kernel has none, or this is no Linux. */
export async function readKeyQuota(): Promise<{ maxkeys: number; maxbytes: number } | undefined> {
  const [maxkeys, maxbytes] = await Promise.all(
    ['maxkeys', 'maxbytes'].map((name) => readFile(`${LIVE}/${name}`, 'utf8').catch(whenMissing(undefined))),
  );
  return maxkeys === undefined || maxbytes === undefined
    ? undefined
    : { maxkeys: Number(maxkeys), maxbytes: Number(maxbytes) };
}

/** How a system answers that does not let even root write its settings, as inside a container. */
const FORBIDDEN = new Set(['EROFS', 'EACCES', 'EPERM']);

/**
 * Raises the quota now and for later boots, where it is lower than wanted and root may write it.
 * Labs run with a low quota, too; where it stays low, `berth doctor` says so.
 */
export async function raiseKeyQuota(): Promise<void> {
  try {
    await raise();
  } catch (error) {
    if (!FORBIDDEN.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function raise(): Promise<void> {
  const quota = await readKeyQuota();
  if (!quota) return;
  const wanted = {
    maxkeys: Math.max(quota.maxkeys, KEY_QUOTA.maxkeys),
    maxbytes: Math.max(quota.maxbytes, KEY_QUOTA.maxbytes),
  };
  if (wanted.maxkeys === quota.maxkeys && wanted.maxbytes === quota.maxbytes) return;
  await writeFile(`${LIVE}/maxkeys`, String(wanted.maxkeys));
  await writeFile(`${LIVE}/maxbytes`, String(wanted.maxbytes));
  await mkdir(dirname(SETTINGS), { recursive: true });
  await writeFile(
    SETTINGS,
    `# Berth: room for many shells of one mapped user.\nkernel.keys.maxkeys=${wanted.maxkeys}\nkernel.keys.maxbytes=${wanted.maxbytes}\n`,
  );
}
