import type Docker from 'dockerode';
import { call, hasStatus, isRefusal } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { removeOverdue, untilLabel } from '../helper.ts';
import { removeContainer } from './teardown.ts';

/** Backing file systems of overlay2 that can have quotas for folders. */
const QUOTA_FILE_SYSTEMS = /^xfs$/i;
/** Storage drivers with their own limit for containers. */
const LIMITING_DRIVERS = new Set(['btrfs', 'zfs', 'windowsfilter']);
/** The drivers among them whose limit includes the image's size. */
const INCLUDES_IMAGE = new Set(['btrfs']);
/** Size limit of the trial container: any value works. */
const TRIAL_BYTES = 1024 ** 3;
/** Longest lifetime of the trial container, in milliseconds. */
const TRIAL_LIFETIME_MS = 180_000;

/** The part of the engine's answer that shows whether a trial is useful. */
interface Info {
  Driver?: string;
  DriverStatus?: [string, string][] | null;
}

/** Returns whether an engine with this storage may support a size limit for containers. */
export function maySupportLimit({ Driver = '', DriverStatus }: Info): boolean {
  const below = (DriverStatus ?? []).find(([name]) => name === 'Backing Filesystem')?.[1] ?? '';
  return LIMITING_DRIVERS.has(Driver) || (Driver === 'overlay2' && QUOTA_FILE_SYSTEMS.test(below));
}

export type LayerLimit = ReturnType<typeof createLayerLimit>;

/** What the engine's limit for a container includes: nothing, its changes, or the image and its changes. */
type LimitScope = 'nothing' | 'changes' | 'image-and-changes';

/**
 * Limits the size of a machine's file system on engines that support it. xfs does only if it was mounted with
 * quotas, and no API reports that. So the first call creates one container with a limit, from the given
 * image, and never starts it.
 */
export function createLayerLimit({ docker, installation }: { docker: Docker; installation: string }) {
  let known: Promise<LimitScope> | undefined;

  async function find(image: string): Promise<LimitScope> {
    const info = (await call(() => docker.info())) as Info;
    if (!maySupportLimit(info)) return 'nothing';
    const scope = INCLUDES_IMAGE.has(info.Driver ?? '') ? 'image-and-changes' : 'changes';
    const labels = labelsOf(installation, 'gauge');
    await removeOverdue(docker, labels);
    const StorageOpt = await optionFor(scope, image, TRIAL_BYTES);
    try {
      const container = await call(() =>
        docker.createContainer({
          Image: image,
          Labels: { ...labels, ...untilLabel(TRIAL_LIFETIME_MS) },
          HostConfig: { NetworkMode: 'none', StorageOpt },
        }),
      );
      await removeContainer(docker, container.id);
      return scope;
    } catch (error) {
      // If the image is missing, the trial has no result.
      if (!isRefusal(error) || hasStatus(error, 404)) throw error;
      return 'nothing';
    }
  }

  async function optionFor(scope: LimitScope, image: string, bytes: number): Promise<Record<string, string>> {
    if (scope === 'nothing') return {};
    const size =
      scope === 'image-and-changes'
        ? bytes + (await call(() => docker.getImage(image).inspect())).Size
        : bytes;
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
