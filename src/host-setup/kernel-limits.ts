import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { whenMissing } from '../../setup/debian.mjs';

/** A kernel limit that all machines on a host share. */
interface KernelLimit {
  /** Name for `sysctl`. */
  readonly name: string;
  /** Maximum that one machine can use. */
  readonly perMachine: number;
  /** Value that the set-up of a host raises the limit to. */
  readonly wanted: number;
  /** What others can no longer do once the limit is reached. */
  readonly lost: string;
  /** Whether 0 means no limit. */
  readonly zeroIsNone?: true;
}

/** A limit with its current value. */
export interface KernelLimitNow extends KernelLimit {
  readonly value: number;
}

/** Number of machines that can all use their maximum before others are affected, if nothing else limits them. */
const MACHINES = 1_000;
/** Memory of a usual machine, in bytes. The kernel's data for a machine counts towards it. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * Terminals that are reserved for the host and the engine's mounts: 64 for each of 256 machines. Learners who mount
 * additional devpts file systems in their own user namespaces share the rest of `kernel.pty.max`.
 */
const RESERVED_TERMINALS = 64 * 256;

/** Returns the limit for objects in a machine's memory, each of which takes at least `bytes`. */
const inMemory = (bytes: number) => {
  const perMachine = MEMORY_BYTES / bytes;
  return { perMachine, wanted: perMachine * MACHINES };
};

/**
 * Kernel limits that Berth raises. On a remapping engine, all machines count as one user, the host's root, for most of
 * them. The limits are so high that each machine first reaches its own limit of memory, processes or terminals.
 */
export const KERNEL_LIMITS: readonly KernelLimit[] = [
  { name: 'fs.inotify.max_user_instances', ...inMemory(1_024), lost: 'watching files' },
  { name: 'fs.inotify.max_user_watches', ...inMemory(128), lost: 'watching files' },
  { name: 'fs.epoll.max_user_watches', ...inMemory(128), lost: 'waiting for connections' },
  {
    // An empty pipe uses 2 KiB, and counts as 16 pages.
    name: 'fs.pipe-user-pages-soft',
    perMachine: inMemory(2_048).perMachine * 16,
    wanted: inMemory(2_048).wanted * 16,
    lost: 'pipes of full size',
    zeroIsNone: true,
  },
  { name: 'fs.file-max', ...inMemory(256), lost: 'opening files' },
  { name: 'kernel.pid_max', perMachine: 400, wanted: 4_194_304, lost: 'starting programs' },
  // Each terminal uses 24 KiB of the host's memory, which counts for no machine.
  { name: 'kernel.pty.max', perMachine: 64, wanted: RESERVED_TERMINALS + 8_192, lost: 'opening terminals' },
  // After kernel.pty.max: with a larger reserve, no other program could open a terminal.
  { name: 'kernel.pty.reserve', perMachine: 64, wanted: RESERVED_TERMINALS, lost: 'opening terminals' },
  // A container and each command in it use a key of their user: enough for 20 shells of each machine.
  { name: 'kernel.keys.maxkeys', perMachine: 20, wanted: 20 * MACHINES, lost: 'starting machines' },
  { name: 'kernel.keys.maxbytes', perMachine: 2_000, wanted: 2_000 * MACHINES, lost: 'starting machines' },
  // Addresses of the sessions' networks; each uses 400 bytes of the host's memory.
  {
    name: 'net.ipv4.neigh.default.gc_thresh3',
    perMachine: 16,
    wanted: 16 * MACHINES,
    lost: 'finding other machines on their networks',
  },
];

const LIVE = '/proc/sys';
/** File from which later boots read the limits. */
export const SYSCTL_FILE = '/etc/sysctl.d/60-berth.conf';

/** Error codes if even root may not write the settings, such as in a container, or not such high values. */
const REFUSALS = new Set(['EROFS', 'EACCES', 'EPERM', 'EINVAL']);

/** Returns whether the value is so high that no machine can affect others. */
export function isEnough({ value, wanted, zeroIsNone }: KernelLimitNow): boolean {
  return value >= wanted || (zeroIsNone === true && value === 0);
}

/** Reads the limits of this kernel; returns none on other systems than Linux. */
export async function readKernelLimits(live = LIVE): Promise<KernelLimitNow[]> {
  const texts = await Promise.all(
    KERNEL_LIMITS.map(({ name }) => readFile(pathOf(live, name), 'utf8').catch(whenMissing(undefined))),
  );
  return KERNEL_LIMITS.flatMap((limit, index) => {
    const text = texts[index];
    return text === undefined ? [] : [{ ...limit, value: Number(text) }];
  });
}

/**
 * Raises the limits that are too low, now and for later boots, if root may write them. Never lowers a limit. Labs also
 * run with low limits; `berth doctor` reports them.
 */
export async function raiseKernelLimits({ live = LIVE, file = SYSCTL_FILE } = {}): Promise<void> {
  const low = (await readKernelLimits(live)).filter((limit) => !isEnough(limit));
  const raised: boolean[] = [];
  for (const { name, wanted } of low)
    raised.push(await attempt(() => writeFile(pathOf(live, name), String(wanted))));
  if (!raised.includes(true)) return;
  const text = sysctlText(await readKernelLimits(live));
  await attempt(async () => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  });
}

/** Returns the file for later boots, without the limits that could not be raised. */
function sysctlText(limits: readonly KernelLimitNow[]): string {
  const lines = limits.filter(isEnough).map(({ name, value }) => `${name} = ${value}`);
  return `# Berth: limits that all machines share. They are so high that one machine cannot use them up.\n${lines.join('\n')}\n`;
}

/** Returns whether the write succeeded. */
async function attempt(write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (!REFUSALS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

const pathOf = (live: string, name: string) => join(live, ...name.split('.'));
