import type { Duplex } from 'node:stream';
import { relative } from 'node:path/posix';
import type Docker from 'dockerode';
import { deferred } from '../../../core/async.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { createDemultiplexer } from '../exec/exec-output.ts';
import { call, isRefusal } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { removeOverdue, untilLabel } from '../helper.ts';
import { removeContainer } from '../environments/teardown.ts';
import { parseSpace, parseTotal, ENGINE_FOLDER, GAUGE_SCRIPT, OPEN_FILES_SCRIPT } from './gauge.ts';
import type { CountLimits, Gauge, Reading } from './gauge.ts';

/** The disk of a busy engine answers within seconds. */
const SPACE_TIMEOUT_S = 20;
/** Additional time after the helper's own timeout, in milliseconds; after that it is stuck. */
const GRACE_MS = 10_000;
/** Maximum number of unanswered requests; callers measure a few machines at a time. */
const MOST_PENDING = 32;
/** Longest line of the helper, in characters: it prints shorter ones. */
const LONGEST_LINE = 4_096;
/** Exit codes of `timeout` if it ended the command. */
const TIMED_OUT = new Set([124, 137]);
/**
 * Lifetime of a helper, in milliseconds. A helper whose end the engine missed is removed by a later one after
 * this time; a running one is replaced before.
 */
const LIFETIME_MS = 24 * 60 * 60_000;
/** Memory limit: du remembers each file with several names. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** Capabilities to read all folders, and to find open files of processes in machines. */
const READ_CAPABILITIES = ['DAC_READ_SEARCH', 'SYS_PTRACE'];
/** Capability to find mapped files too. Kernels before 5.9 do not have it. */
const MAPPED_CAPABILITIES = ['CHECKPOINT_RESTORE'];
/**
 * The host's namespaces contain the processes of machines. Mapped users may also not mount a folder without
 * its submounts.
 */
const HOST_NAMESPACES = { UsernsMode: 'host', PidMode: 'host', CgroupnsMode: 'host' } as const;

interface HelperOptions {
  docker: Docker;
  installation: string;
  /** Image with bash, du and stat. */
  image: string;
  /** The engine's data folder on its host. */
  folder: string;
}

interface Answer {
  code: number;
  output: string;
}

/**
 * Opens the gauge for an engine whose folders this process cannot access. A container reads them, and answers
 * over its standard input and output. It ends with the connection, so a crash leaves no container.
 * @throws IMAGE_NOT_FOUND
 */
export async function openHelperGauge(options: HelperOptions): Promise<Gauge> {
  const { docker, installation, folder } = options;
  await removeOverdue(docker, labelsOf(installation, 'disk-gauge'));
  const { stream, seesHost } = await startBestHelper(options);
  const ask = createDialogue(stream);
  const renewAt = Date.now() + LIFETIME_MS / 2;

  async function readTotal(
    what: string,
    folders: readonly string[],
    { timeoutMs, signal }: CountLimits,
  ): Promise<Reading> {
    const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
    const answer = await unlessAborted(ask.request(what, folders, seconds), signal);
    if (answer === 'late') return answer;
    return TIMED_OUT.has(answer.code) ? 'late' : parseTotal(answer.output);
  }

  return {
    async space() {
      return parseSpace((await ask.request('space', [], SPACE_TIMEOUT_S)).output);
    },
    async count(what, folders, limits): Promise<Reading> {
      const within = folders.map((path) => relative(folder, path));
      // A request is one line of words.
      if (within.some((path) => path.startsWith('..') || /\s/.test(path))) return 'unseen';
      return readTotal(what, within, limits);
    },
    // Without the host's processes it would find no processes of the machine, and no files.
    countOpenFiles: async (containerId, limits) =>
      seesHost ? readTotal('open', [containerId], limits) : 'unseen',
    isOpen: () => ask.isOpen() && Date.now() < renewAt,
    close: ask.close,
  };
}

/** Waits for the answer until `signal` aborts at the latest; the helper then ends its count itself. */
async function unlessAborted<T>(
  answer: Promise<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<T | 'late'> {
  const aborted = deferred<'late'>();
  const onAbort = () => aborted.resolve('late');
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answer, aborted.promise]);
  } finally {
    // The signal may live as long as the service.
    signal.removeEventListener('abort', onAbort);
  }
}

/** Starts the helper with the most access that this engine allows. */
async function startBestHelper(options: HelperOptions): Promise<{ stream: Duplex; seesHost: boolean }> {
  let refusal: unknown;
  for (const access of accessLevels(options)) {
    try {
      return { stream: await startHelper(options, access), seesHost: access.seesHost };
    } catch (error) {
      if (!isRefusal(error) || isFault(error, 'IMAGE_NOT_FOUND')) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** What a helper can access: the engine's folders, and the processes of the host. */
interface Access {
  Mounts: Docker.MountSettings[];
  CapAdd: string[];
  seesHost: boolean;
}

/** From everything that it needs down to nothing, which is enough for the free space. */
function accessLevels(options: HelperOptions): Access[] {
  const Mounts = [engineMount(options)];
  return [
    { Mounts, CapAdd: [...READ_CAPABILITIES, ...MAPPED_CAPABILITIES], seesHost: true },
    { Mounts, CapAdd: READ_CAPABILITIES, seesHost: true },
    { Mounts: [], CapAdd: READ_CAPABILITIES, seesHost: true },
    { Mounts: [], CapAdd: [], seesHost: false },
  ];
}

async function startHelper({ docker, installation, image }: HelperOptions, access: Access): Promise<Duplex> {
  const labels = { ...labelsOf(installation, 'disk-gauge'), ...untilLabel(LIFETIME_MS) };
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image, problem: 'it measures the disk: "berth up" builds it' });
  const container = await call(() => docker.createContainer(helperConfig(image, labels, access)), {
    missing,
  });
  try {
    const streams = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
    const stream = (await call(() => container.attach(streams))) as Duplex;
    await call(() => container.start());
    return stream;
  } catch (error) {
    await removeContainer(docker, container.id).catch(() => undefined);
    throw error;
  }
}

/**
 * Mounts without submounts: the engine could not unmount a machine's file system while the helper has it too.
 */
function engineMount({ folder }: HelperOptions): Docker.MountSettings {
  return {
    Type: 'bind',
    Source: folder,
    Target: ENGINE_FOLDER,
    ReadOnly: true,
    // The library's types do not know this option.
    BindOptions: { NonRecursive: true } as unknown as NonNullable<Docker.MountSettings['BindOptions']>,
  };
}

function helperConfig(Image: string, Labels: Record<string, string>, { Mounts, CapAdd, seesHost }: Access) {
  return {
    Image,
    Entrypoint: ['bash', '-c', GAUGE_SCRIPT],
    Cmd: [],
    Env: [`OPEN_FILES=${OPEN_FILES_SCRIPT}`],
    User: '0',
    Labels,
    AttachStdin: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: 'none',
      AutoRemove: true,
      Init: true,
      Mounts,
      CapDrop: ['ALL'],
      CapAdd,
      ...(seesHost && HOST_NAMESPACES),
      // AppArmor's default profile would forbid access to machines with another profile, or without one.
      SecurityOpt: ['no-new-privileges:true', 'apparmor=unconfined'],
      ReadonlyRootfs: true,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      PidsLimit: 256,
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

/** Sends requests and receives answers over one stream, matched by number. */
function createDialogue(stream: Duplex) {
  const pending = new Map<number, (answer: Answer | Fault) => void>();
  let lastNumber = 0;
  let open = true;
  let line = '';

  function end(): void {
    open = false;
    for (const settle of pending.values()) settle(fault('ENGINE_UNREACHABLE'));
    pending.clear();
  }

  function take(text: string): void {
    const [, number, code, output = ''] = /^(\d+) (\d+) (.*)$/.exec(text) ?? [];
    const settle = pending.get(Number(number));
    pending.delete(Number(number));
    settle?.({ code: Number(code), output });
  }

  const demultiplex = createDemultiplexer((channel, bytes) => {
    if (channel !== 'stdout') return;
    const lines = (line + bytes.toString()).split('\n');
    line = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const text of lines) take(text);
  });
  stream.on('data', demultiplex);
  stream.on('error', () => stream.destroy());
  stream.on('end', () => stream.destroy());
  stream.on('close', end);

  return {
    isOpen: () => open,
    close: () => void stream.destroy(),
    /** @throws ENGINE_UNREACHABLE if the helper ended or does not answer */
    request(what: string, folders: readonly string[], seconds: number): Promise<Answer> {
      return new Promise((resolve, reject) => {
        if (!open || pending.size >= MOST_PENDING) return reject(fault('ENGINE_UNREACHABLE'));
        const number = (lastNumber += 1);
        const timer = setTimeout(() => stream.destroy(), seconds * 1000 + GRACE_MS);
        pending.set(number, (answer) => {
          clearTimeout(timer);
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        });
        stream.write(`${[number, seconds, what, ...folders].join(' ')}\n`);
      });
    },
  };
}
