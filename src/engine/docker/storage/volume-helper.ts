import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { MountSettings } from 'dockerode';
import { packTar, tarEntries } from '../../../core/tar.ts';
import { fault } from '../../../core/errors.ts';
import { createDemultiplexer } from '../exec/exec-output.ts';
import { call } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { MOVER_LIFETIME_MS, removeOverdue, untilLabel } from '../helper.ts';
import { removeContainer } from '../environments/teardown.ts';

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

/** Maximum size of one volume: a file with a hole claims terabytes, which the engine would write. */
const MAX_GIBIBYTES = 10;
const MAX_BYTES = MAX_GIBIBYTES * 1024 ** 3;
/** Characters to keep of tar's error messages: enough to report a failure. */
const MAX_OUTPUT_CHARS = 2_000;
const TAR = ['tar', '--create', '--file=-', '--format=pax', '--numeric-owner'];
/**
 * Extended attributes to save: those of users, and file capabilities. No others are valid on another engine.
 */
const ATTRIBUTES = ['--xattrs', '--xattrs-include=user.*', '--xattrs-include=security.capability'];

/** The helper that reads the volume. */
interface VolumeMover {
  image: string;
  installation: string;
  labels: { environment: string; volume: string };
}

/**
 * Reads a volume as a tar stream and passes it to `use`. The stream fails unless the volume was read
 * completely. A helper reads it, because files have the owners that machines see only inside a container: the
 * engine's own archive contains those of the host.
 */
export async function packVolume<T>(
  docker: Docker,
  volume: string,
  { image, installation, labels }: VolumeMover,
  use: (tar: Readable) => Promise<T>,
): Promise<T> {
  await removeOverdue(docker, labelsOf(installation, 'mover'));
  const config = moverConfig(volume, image, {
    ...labelsOf(installation, 'mover', labels),
    ...untilLabel(MOVER_LIFETIME_MS),
  });
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image, problem: 'it saves volumes: "berth up" builds it' });
  const helper = await call(() => docker.createContainer(config), { missing });
  try {
    const output = await call(() => helper.attach({ stream: true, stdout: true, stderr: true }));
    await call(() => helper.start());
    return await use(Readable.from(readTar(helper, output), { objectMode: false }));
  } finally {
    await removeContainer(docker, helper.id);
  }
}

function moverConfig(volume: string, Image: string, Labels: Record<string, string>) {
  const config = volumeHelper({
    Image,
    Entrypoint: [...TAR, ...ATTRIBUTES, `--directory=${HELPER_FOLDER}`, '.'],
    Labels,
    mount: { ...mount(volume, HELPER_FOLDER, { copyUp: false }), ReadOnly: true },
    capabilities: ['DAC_OVERRIDE'],
  });
  // The output is the content of the volume, so the engine must not log it.
  return { ...config, HostConfig: { ...config.HostConfig, LogConfig: { Type: 'none', Config: {} } } };
}

/**
 * Reads the helper's output, chunk by chunk. @throws ENGINE_REFUSED if it is too large, or the helper fails
 */
async function* readTar(helper: Docker.Container, output: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  const tar: Buffer[] = [];
  let errors = '';
  let bytes = 0;
  const take = createDemultiplexer((channel, payload) => {
    if (channel === 'stdout') tar.push(payload);
    else errors = (errors + payload.toString()).slice(0, MAX_OUTPUT_CHARS);
  });
  for await (const chunk of output) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw refused(`the volume contains more than ${MAX_GIBIBYTES} GiB`);
    take(chunk as Buffer);
    yield* tar.splice(0);
  }
  const { StatusCode } = (await call(() => helper.wait())) as { StatusCode: number };
  if (StatusCode !== 0) throw refused(errors.trim() || `tar exited with ${StatusCode}`);
}

function refused(problem: string) {
  return fault('ENGINE_REFUSED', { problem });
}
