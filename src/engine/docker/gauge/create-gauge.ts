import type Docker from 'dockerode';
import type { DiskSpace } from '../../engine-disk.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import type { Gauge } from './gauge.ts';
import { openHelperGauge } from './helper-gauge.ts';
import { createLocalGauge, isFolderOf, readSpace } from './local-gauge.ts';

/** Delay before a gauge that failed to open is tried again, in milliseconds. */
const RETRY_MS = 10_000;
/** Attempts: the gauge that was already open, a new one, and another one if that ended immediately. */
const ATTEMPTS = 3;

interface GaugeOptions {
  docker: Docker;
  installation: string;
  /** Image of the helper. */
  image: string;
  /**
   * Whether this process may read the engine's folders directly if it can access them; otherwise a helper
   * always does.
   */
  looksHere?: boolean;
}

export type EngineGauge = ReturnType<typeof createGauge>;

/**
 * Creates the gauge of an engine: this process if it can access the engine's folders, otherwise a helper.
 * Opens it on first use.
 */
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
      // An engine that just returned is asked without a delay.
      if (!isFault(error, 'ENGINE_UNREACHABLE')) failure = { error, until: Date.now() + RETRY_MS };
      throw error;
    });
    return started;
  }

  return {
    /**
     * Returns the open gauge.
     * @throws IMAGE_NOT_FOUND if only a helper can measure and its image is missing; ENGINE_UNREACHABLE
     */
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

/** Returns the disk's space if this process can access the engine's folders. Creates nothing. */
export async function readLocalDisk(docker: Docker): Promise<DiskSpace | undefined> {
  const { id, folder } = await engineFolder(docker);
  return (await isFolderOf(id, folder)) ? readSpace(folder) : undefined;
}

async function engineFolder(docker: Docker): Promise<{ id: string; folder: string }> {
  const { ID, DockerRootDir } = (await call(() => docker.info())) as { ID: string; DockerRootDir: string };
  return { id: ID, folder: DockerRootDir };
}
