import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { whenMissing } from '../../setup/debian.mjs';

/** A limit of the kernel that all machines on a host share. */
export interface KernelLimit {
  /** As `sysctl` has it. */
  readonly name: string;
  /** What one machine can take. */
  readonly perMachine: number;
  /** What the set-up of a host raises it to. */
  readonly wanted: number;
  /** What others can no longer do once it is used up. */
  readonly lost: string;
  /** Whether 0 stands for no limit. */
  readonly zeroIsNone?: true;
}

/** A limit with its value now. */
export interface KernelLimitNow extends KernelLimit {
  readonly value: number;
}

/** How many machines take all they can before another one goes without, where nothing else bounds that. */
const MACHINES = 1_000;
/** Memory of an ordinary machine, in bytes: what the kernel keeps for it counts against that. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * Terminals that only the host and what its engine mounts may open: 64 for each of 256 machines. Learners who
 * mount further file systems of terminals in a user namespace of their own share what `kernel.pty.max` has beyond.
 */
const RESERVED_TERMINALS = 64 * 256;

/** As many things as fit in a machine's memory at this size, in bytes, which is the least that each takes. */
const inMemory = (bytes: number) => {
  const perMachine = MEMORY_BYTES / bytes;
  return { perMachine, wanted: perMachine * MACHINES };
};

/**
 * On a remapping engine all machines are one user to the kernel, the host's root, for most of these. So
 * the limits are so high that each machine meets its own bound first: its memory, processes or terminals.
 */
export const KERNEL_LIMITS: readonly KernelLimit[] = [
  { name: 'fs.inotify.max_user_instances', ...inMemory(1_024), lost: 'watching files' },
  { name: 'fs.inotify.max_user_watches', ...inMemory(128), lost: 'watching files' },
  { name: 'fs.epoll.max_user_watches', ...inMemory(128), lost: 'waiting for connections' },
  {
    // An empty pipe takes 2 KiB, and counts as 16 pages.
    name: 'fs.pipe-user-pages-soft',
    perMachine: inMemory(2_048).perMachine * 16,
    wanted: inMemory(2_048).wanted * 16,
    lost: 'pipes of full size',
    zeroIsNone: true,
  },
  { name: 'fs.file-max', ...inMemory(256), lost: 'opening files' },
  { name: 'kernel.pid_max', perMachine: 400, wanted: 4_194_304, lost: 'starting programs' },
  // Terminals take memory of the host that counts for no machine, 24 KiB each.
  { name: 'kernel.pty.max', perMachine: 64, wanted: RESERVED_TERMINALS + 8_192, lost: 'opening terminals' },
  // After kernel.pty.max: of a larger reserve nobody else would have any terminal.
  { name: 'kernel.pty.reserve', perMachine: 64, wanted: RESERVED_TERMINALS, lost: 'opening terminals' },
  // A container and each command in one take a key of their user: 20 shells of each machine.
  { name: 'kernel.keys.maxkeys', perMachine: 20, wanted: 20 * MACHINES, lost: 'starting machines' },
  { name: 'kernel.keys.maxbytes', perMachine: 2_000, wanted: 2_000 * MACHINES, lost: 'starting machines' },
  // The addresses of a session's network; 400 bytes each, of the host's memory.
  {
    name: 'net.ipv4.neigh.default.gc_thresh3',
    perMachine: 16,
    wanted: 16 * MACHINES,
    lost: 'finding other machines on their networks',
  },
];

const LIVE = '/proc/sys';
/** Where later boots read them. */
export const SYSCTL_FILE = '/etc/sysctl.d/60-berth.conf';

/** How a system answers that does not let even root write its settings, as inside a container, or not so high. */
const REFUSALS = new Set(['EROFS', 'EACCES', 'EPERM', 'EINVAL']);

/** Whether the value lets no machine take from others what they need. */
export function isEnough({ value, wanted, zeroIsNone }: KernelLimitNow): boolean {
  return value >= wanted || (zeroIsNone === true && value === 0);
}

/** Reads the limits that this kernel has: none where this is no Linux. */
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
 * Raises the limits that are lower than wanted, now and for later boots, where root may write them.
 * Lowers none. Labs run with low limits, too; `berth doctor` reports those that stay low.
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

/** The file for later boots. Limits that are lower than wanted could not be raised, and are left out. */
export function sysctlText(limits: readonly KernelLimitNow[]): string {
  const lines = limits.filter(isEnough).map(({ name, value }) => `${name} = ${value}`);
  return `# Berth: limits that all machines share, so high that one cannot use them up.\n${lines.join('\n')}\n`;
}

/** Whether it could be done. */
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
