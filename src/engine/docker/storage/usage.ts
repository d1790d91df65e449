import { dirname } from 'node:path/posix';
import type Docker from 'dockerode';
import { isFault } from '../../../core/errors.ts';
import { linkedAbort } from '../../../core/async.ts';
import type { MeasureOptions, DiskUsage } from '../../engine-disk.ts';
import { call } from '../faults.ts';
import type { Gauge, Reading } from '../gauge/gauge.ts';
import type { EngineGauge } from '../gauge/create-gauge.ts';

/**
 * Timeout for the engine to walk through all files that a machine wrote, in milliseconds: slow disks need
 * long for many files.
 */
export const WALK_TIMEOUT_MS = 120_000;

/** Maximum number of machines whose folders are cached; the oldest entries are removed. */
const MAX_CACHED = 2_000;

/** Folders on the engine with a machine's content. */
interface ContentFolders {
  /** Folder with the changes of its file system; undefined if its storage driver has none. */
  changes: string | undefined;
  volumes: { name: string; folder: string }[];
  /**
   * Folders with files that the engine itself mounts in the machine, such as /etc/hosts, which the machine
   * may write.
   */
  engineFiles: string[];
}

/** The used part of the engine's answer: the library's own types omit it. */
interface Inspected {
  Id: string;
  HostsPath?: string;
  HostnamePath?: string;
  ResolvConfPath?: string;
  GraphDriver?: { Data?: Record<string, string> | null };
  Mounts?: { Type: string; Name?: string; Source?: string }[];
  SizeRw?: number;
}

/**
 * Measures the disk usage of machines, each one separately: one with very many files does not delay the
 * others.
 */
export function createUsage({ docker, gauge }: { docker: Docker; gauge: EngineGauge }) {
  const cache = new Map<string, ContentFolders>();

  async function foldersOf(machineId: string): Promise<ContentFolders> {
    const known = cache.get(machineId);
    if (known) return known;
    const content = toContentFolders(await call(() => docker.getContainer(machineId).inspect()));
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
    cache.set(machineId, content);
    return content;
  }

  async function openGauge(): Promise<Gauge | undefined> {
    try {
      return await gauge.get();
    } catch (error) {
      if (isFault(error)) return undefined;
      throw error;
    }
  }

  async function readGauge(
    what: 'bytes' | 'files',
    content: ContentFolders,
    limits: MeasureOptions,
  ): Promise<Reading> {
    const opened = await openGauge();
    if (!opened || content.changes === undefined) return 'unseen';
    const folders = [content.changes, ...content.volumes.map(({ folder }) => folder), ...content.engineFiles];
    return opened.count(what, folders, limits);
  }

  /** Deleted files that are still open take space that no folder shows. */
  async function readOpenFiles(machineId: string, limits: MeasureOptions): Promise<Reading> {
    return (await (await openGauge())?.countOpenFiles(machineId, limits)) ?? 'unseen';
  }

  return {
    /** @throws CONTAINER_NOT_FOUND */
    async measure(machineId: string, options: MeasureOptions): Promise<DiskUsage | 'late'> {
      const content = await foldersOf(machineId);
      const read = await readGauge('bytes', content, options);
      const bytes = read === 'unseen' ? await askEngine(docker, machineId, content, options) : read;
      if (bytes === 'late') return bytes;
      const openBytes = options.openFiles ? await readOpenFiles(machineId, options) : undefined;
      const files = options.countFiles ? await readGauge('files', content, options) : undefined;
      return {
        bytes,
        ...(typeof openBytes === 'number' && { openBytes }),
        ...(typeof files === 'number' && { files }),
        ...((openBytes === 'late' || files === 'late') && { isLate: true }),
      };
    },
  };
}

/**
 * Returns a machine's folders. Its volumes include those that the image declares; these do not have our
 * labels.
 */
function toContentFolders({ Id, GraphDriver, Mounts = [], ...paths }: Inspected): ContentFolders {
  const { HostsPath, HostnamePath, ResolvConfPath } = paths;
  const folders = [HostsPath, HostnamePath, ResolvConfPath].map((path) => dirname(path ?? ''));
  return {
    // If an engine keeps these files with others, they do not count as the machine's.
    engineFiles: [...new Set(folders)].filter((folder) => folder.endsWith(`/containers/${Id}`)),
    changes: GraphDriver?.Data?.['UpperDir'],
    volumes: Mounts.flatMap(({ Type, Name, Source }) =>
      Type === 'volume' && Name && Source ? [{ name: Name, folder: Source }] : [],
    ),
  };
}

/** Measures with the engine's own API: by the length of files, and always all volumes. */
async function askEngine(
  docker: Docker,
  machineId: string,
  { volumes }: ContentFolders,
  { timeoutMs, signal }: MeasureOptions,
): Promise<number | 'late'> {
  // The engine stops walking if the client disconnects.
  const ending = linkedAbort(...(signal ? [signal] : []));
  const timer = setTimeout(() => ending.abort(), timeoutMs);
  try {
    const [changes, sizes] = await Promise.all([
      readChanges(docker, machineId, ending.signal),
      volumes.length > 0 ? readVolumes(docker, ending.signal) : new Map<string, number>(),
    ]);
    return changes + volumes.reduce((sum, { name }) => sum + (sizes.get(name) ?? 0), 0);
  } catch (error) {
    if (ending.signal.aborted) return 'late';
    throw error;
  } finally {
    clearTimeout(timer);
    ending.unlink();
  }
}

async function readChanges(docker: Docker, machineId: string, abortSignal: AbortSignal): Promise<number> {
  // The library passes these options on, but its types do not have them.
  const options = { size: true, abortSignal } as Docker.ContainerInspectOptions;
  const { SizeRw = 0 } = (await call(() => docker.getContainer(machineId).inspect(options), {
    timeoutMs: WALK_TIMEOUT_MS,
  })) as Inspected;
  return SizeRw;
}

interface VolumeUsage {
  Name: string;
  UsageData?: { Size: number } | null;
}

/** Returns the sizes of all volumes on the engine by name: it cannot measure one volume alone. */
async function readVolumes(docker: Docker, abortSignal: AbortSignal): Promise<Map<string, number>> {
  // The library's own call also measures images and the build cache, which takes much longer.
  const ask = () =>
    new Promise<unknown>((resolve, reject) => {
      const request = {
        path: '/system/df?',
        method: 'GET',
        options: { type: 'volume' },
        abortSignal,
        statusCodes: { 200: true, 500: 'server error' },
      };
      docker.modem.dial(request, (error: unknown, answer: unknown) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  const usage = (await call(ask, { timeoutMs: WALK_TIMEOUT_MS })) as { Volumes?: VolumeUsage[] | null };
  return new Map(
    (usage.Volumes ?? []).map(({ Name, UsageData }) => [Name, Math.max(0, UsageData?.Size ?? 0)]),
  );
}
