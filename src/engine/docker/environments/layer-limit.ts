import type Docker from 'dockerode';
import { call, hasStatus, isRefusal } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { removeOverdue, untilLabel } from '../helper.ts';
import { removeContainer } from './teardown.ts';

/** Backing file systems of overlay2 that can have quotas for folders. */
const COUNTING = /^xfs$/i;
/** Storage drivers with their own limit for containers. */
const BOUNDING = new Set(['btrfs', 'zfs', 'windowsfilter']);
/** The drivers among them whose limit includes the image's size. */
const WHOLE = new Set(['btrfs']);
/** Size limit of the trial container: any value works. */
const TRIED_BYTES = 1024 ** 3;
/** Longest lifetime of the trial container, in milliseconds. */
const TRIAL_LIFETIME_MS = 180_000;

/** The part of the engine's answer that shows whether a trial is useful. */
interface Info {
  Driver?: string;
  DriverStatus?: [string, string][] | null;
}

/** Returns whether an engine with this storage may support a size limit for containers. */
export function mayBoundLayers({ Driver = '', DriverStatus }: Info): boolean {
  const below = (DriverStatus ?? []).find(([name]) => name === 'Backing Filesystem')?.[1] ?? '';
  return BOUNDING.has(Driver) || (Driver === 'overlay2' && COUNTING.test(below));
}

export type LayerLimit = ReturnType<typeof createLayerLimit>;

/** What the engine's limit for a container includes: nothing, its changes, or the image and its changes. */
type Counted = 'nothing' | 'changes' | 'whole';

/**
 * Limits the size of a machine's file system on engines that support it. xfs does only if it was mounted with
 * quotas, and no API reports that. So the first call creates one container with a limit, from the given
 * image, and never starts it.
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
      // If the image is missing, the trial has no result.
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

  /**
   * Returns the storage options that limit a machine of this image to so many bytes; empty if the engine has
   * no limit.
   */
  return async function limit(image: string, bytes: number): Promise<Record<string, string>> {
    known ??= find(image).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return optionFor(await known, image, bytes);
  };
}
