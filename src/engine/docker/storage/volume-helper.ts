import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { MountSettings } from 'dockerode';
import { packTar, tarEntries } from '../../../core/tar.ts';

/** Memory limit: tar remembers all hard links. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * Returns the configuration of a helper container that reads or fills one volume, and has no other access.
 */
export function volumeHelper({
  mount,
  capabilities,
  ...config
}: Docker.ContainerCreateOptions & {
  mount: Docker.MountSettings;
  capabilities: string[];
}): Docker.ContainerCreateOptions {
  return {
    ...config,
    Cmd: [],
    User: '0',
    AttachStdin: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [mount],
      CapDrop: ['ALL'],
      CapAdd: capabilities,
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      PidsLimit: 16,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
}

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

/**
 * Folder in an image with the content of a volume. It contains an archive instead of files, because an engine
 * would interpret files of an engine in a machine, such as its markers of deleted files. The archive is split
 * into parts because its length is unknown before its end.
 */
export const PARTS_FOLDER = 'berth-volume';
const PART_BYTES = 8 * 1024 * 1024;

/** Splits a stream into parts in a tar stream. An error of the stream fails the tar stream. */
export function toParts(source: AsyncIterable<Buffer>): Readable {
  return packTar(async (add) => {
    let number = 0;
    let waiting: Buffer[] = [];
    let bytes = 0;
    const addPart = () => {
      // Names sort in the order of the parts: engines export files by name.
      const name = `${PARTS_FOLDER}/${String(number++).padStart(6, '0')}`;
      return add({ name, mode: 0o600 }, Buffer.concat(waiting));
    };
    for await (const chunk of source) {
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes < PART_BYTES) continue;
      await addPart();
      [waiting, bytes] = [[], 0];
    }
    await addPart();
  });
}

/** Joins the parts of {@link toParts} to the original stream. */
export async function* fromParts(tar: Readable): AsyncGenerator<Buffer> {
  for await (const { body } of tarEntries(tar)) yield* body;
}
