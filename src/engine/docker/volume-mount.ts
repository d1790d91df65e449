import type { MountSettings } from 'dockerode';

/** Folder of an image that holds the content of a volume: a name that no engine puts into images itself. */
export const CONTENT = 'berth-volume';

/** Mounts a volume at `path`; with `copyUp` an empty one takes what the image has there. */
export function mount(volume: string, path: string, { copyUp }: { copyUp: boolean }): MountSettings {
  return {
    Type: 'volume',
    Source: volume,
    Target: path,
    VolumeOptions: { NoCopy: !copyUp, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
  };
}
