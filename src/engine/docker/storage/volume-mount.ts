import type { MountSettings } from 'dockerode';

/** Where a helper finds the volume that it reads or fills. */
export const HELPER_FOLDER = '/berth-volume';

/** Mounts a volume at `path`; with `copyUp` an empty one takes what the image has there. One that is made thereby has `labels`. */
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
