import type { MountSettings } from 'dockerode';

/** Path of the volume in a helper that reads or fills it. */
export const HELPER_FOLDER = '/berth-volume';

/**
 * Mounts a volume at `path`; with `copyUp` an empty one gets the image's content. A newly created volume gets
 * `labels`.
 */
export function mount(
  volume: string,
  path: string,
  { copyUp, labels = {} }: { copyUp: boolean; labels?: Record<string, string> },
): MountSettings {
  return {
    Type: 'volume',
    Source: volume,
    Target: path,
    VolumeOptions: { NoCopy: !copyUp, Labels: labels, DriverConfig: { Name: 'local', Options: {} } },
  };
}
