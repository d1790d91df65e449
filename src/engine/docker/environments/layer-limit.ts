import type Docker from 'dockerode';
import { call, hasStatus, isRefusal } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { removeOverdue, untilLabel } from '../overdue.ts';
import { removeContainer } from './teardown.ts';

/** File systems below overlay2 that may count what a folder holds. */
const COUNTING = /^xfs$/i;
/** Storage drivers that bound a container by themselves. */
const BOUNDING = new Set(['btrfs', 'zfs', 'windowsfilter']);
/** Of these, those that count the image with what a container adds to it. */
const WHOLE = new Set(['btrfs']);
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

/** What the engine counts in a container's file system: nothing, what it changed, or its image with that. */
type Counted = 'nothing' | 'changes' | 'whole';

/**
 * Bounds what a machine writes into its file system, on engines that can. xfs does so only when it was
 * mounted for it, which nothing tells: so it is tried once, with a container that is never started, of
 * whatever image there is.
 */
export function createLayerLimit({ docker, installation }: { docker: Docker; installation: string }) {
  let known: Promise<Counted> | undefined;

  async function find(image: string): Promise<Counted> {
    const info = (await call(() => docker.info())) as Info;
    if (!mayBoundLayers(info)) return 'nothing';
    const counted = WHOLE.has(info.Driver ?? '') ? 'whole' : 'changes';
    const labels = labelsOf(installation, 'gauge');
    await removeOverdue(docker, labels);
    const StorageOpt = await optionFor(counted, image, TRIED_BYTES);
    try {
      const container = await call(() =>
        docker.createContainer({
          Image: image,
          Labels: { ...labels, ...untilLabel(TRIAL_LIFETIME_MS) },
          HostConfig: { NetworkMode: 'none', StorageOpt },
        }),
      );
      await removeContainer(docker, container.id);
      return counted;
    } catch (error) {
      // Without the image nothing was found out.
      if (!isRefusal(error) || hasStatus(error, 404)) throw error;
      return 'nothing';
    }
  }

  async function optionFor(counted: Counted, image: string, bytes: number): Promise<Record<string, string>> {
    if (counted === 'nothing') return {};
    const size =
      counted === 'whole' ? bytes + (await call(() => docker.getImage(image).inspect())).Size : bytes;
    return { size: String(size) };
  }

  /** What tells the engine that a machine of this image may write so many bytes; empty where it cannot hold it to that. */
  return async function limit(image: string, bytes: number): Promise<Record<string, string>> {
    known ??= find(image).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return optionFor(await known, image, bytes);
  };
}
