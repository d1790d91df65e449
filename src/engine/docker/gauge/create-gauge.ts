import type Docker from 'dockerode';
import type { DiskSpace } from '../../engine-disk.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import type { Gauge } from './gauge.ts';
import { openHelperGauge } from './helper-gauge.ts';
import { createLocalGauge, isFolderOf, readSpace } from './local-gauge.ts';

/** Before a gauge that could not be opened is tried again, in milliseconds. */
const RETRY_MS = 10_000;
/** The gauge that was open before, a new one, and one more if that ended at once. */
const ATTEMPTS = 3;

export interface GaugeOptions {
  docker: Docker;
  installation: string;
  /** Image of the helper. */
  image: string;
  /** Whether this process may look itself where it sees the engine's folders; if not, a helper always does. */
  looksHere?: boolean;
}

export type EngineGauge = ReturnType<typeof createGauge>;

/** The gauge of an engine: this process where it sees the engine's folders, a helper elsewhere. Opened when it is first needed. */
export function createGauge({ docker, installation, image, looksHere = true }: GaugeOptions) {
  let opening: Promise<Gauge> | undefined;
  let failure: { error: unknown; until: number } | undefined;
  let closed = false;

  async function open(): Promise<Gauge> {
    const { id, folder } = await engineFolder(docker);
    if (looksHere && (await isFolderOf(id, folder))) return createLocalGauge(folder);
    const gauge = await openHelperGauge({ docker, installation, image, folder });
    if (closed) gauge.close();
    return gauge;
  }

  function start(): Promise<Gauge> {
    if (failure && Date.now() < failure.until) throw failure.error;
    const started = open().catch((error: unknown) => {
      if (opening === started) opening = undefined;
      // An engine that is back is asked at once.
      if (!isFault(error, 'ENGINE_UNREACHABLE')) failure = { error, until: Date.now() + RETRY_MS };
      throw error;
    });
    return started;
  }

  return {
    /** The open gauge. @throws IMAGE_NOT_FOUND where only a helper can look and its image is missing; ENGINE_UNREACHABLE */
    async get(): Promise<Gauge> {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        opening ??= start();
        const current = opening;
        const gauge = await current;
        if (gauge.isOpen()) return gauge;
        gauge.close();
        if (opening === current) opening = undefined;
      }
      throw fault('ENGINE_UNREACHABLE');
    },
    async close(): Promise<void> {
      closed = true;
      (await opening?.catch(() => undefined))?.close();
    },
  };
}

/** The disk's space, if this process sees the engine's folders; makes nothing. */
export async function peekDisk(docker: Docker): Promise<DiskSpace | undefined> {
  const { id, folder } = await engineFolder(docker);
  return (await isFolderOf(id, folder)) ? readSpace(folder) : undefined;
}

async function engineFolder(docker: Docker): Promise<{ id: string; folder: string }> {
  const { ID, DockerRootDir } = (await call(() => docker.info())) as { ID: string; DockerRootDir: string };
  return { id: ID, folder: DockerRootDir };
}
