import type Docker from 'dockerode';
import { call, isRefusal } from './faults.ts';
import { labelsOf } from './labels.ts';
import { removeOverdue, untilLabel } from './overdue.ts';
import { removeContainer } from './teardown.ts';

/** File systems below overlay2 that may count what a folder holds. */
const COUNTING = /^xfs$/i;
/** Storage drivers that bound a container by themselves. */
const BOUNDING = new Set(['btrfs', 'zfs', 'windowsfilter']);
/** Any size will do to find out. */
const TRIED_BYTES = 1024 ** 3;
/** Longest life of the container that is tried. */
const TRIAL_LIFETIME_MS = 180_000;

/** Of the engine's answer, what tells whether trying is worth the while. */
interface Info {
  Driver?: string;
  DriverStatus?: [string, string][] | null;
}

/** Whether an engine with this storage may be able to bound what a container writes. */
export function mayBoundLayers({ Driver = '', DriverStatus }: Info): boolean {
  const below = (DriverStatus ?? []).find(([name]) => name === 'Backing Filesystem')?.[1] ?? '';
  return BOUNDING.has(Driver) || (Driver === 'overlay2' && COUNTING.test(below));
}

export type LayerLimit = ReturnType<typeof createLayerLimit>;

/**
 * Tells whether the engine bounds what a machine writes into its file system. xfs does so only when it
 * was mounted for it, which nothing tells: so it is tried once, with a container that is never started.
 */
export function createLayerLimit(options: { docker: Docker; installation: string; image: string }) {
  const { docker, installation, image } = options;
  let known: Promise<boolean> | undefined;

  async function find(): Promise<boolean> {
    const info = (await call(() => docker.info())) as Info;
    if (!mayBoundLayers(info)) return false;
    const labels = labelsOf(installation, 'gauge');
    await removeOverdue(docker, labels);
    try {
      const container = await call(() =>
        docker.createContainer({
          Image: image,
          Labels: { ...labels, ...untilLabel(TRIAL_LIFETIME_MS) },
          HostConfig: { NetworkMode: 'none', StorageOpt: storageLimit(TRIED_BYTES) },
        }),
      );
      await removeContainer(docker, container.id);
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  }

  return (): Promise<boolean> => {
    known ??= find().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

/** The most that a container writes, in the engine's form. */
export function storageLimit(bytes: number): Record<string, string> {
  return { size: String(bytes) };
}
