import type { MountSettings } from 'dockerode';

/** Where a helper finds the volume that it reads or fills. */
export const HELPER_FOLDER = '/berth-volume';

/** Mounts a volume at `path`; with `copyUp` an empty one takes what the image has there. */
export function mount(volume: string, path: string, { copyUp }: { copyUp: boolean }): MountSettings {
  return {
    Type: 'volume',
    Source: volume,
    Target: path,
    VolumeOptions: { NoCopy: !copyUp, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
  };
}
