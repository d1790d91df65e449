import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { CommitSpec } from '../../engine-saves.ts';
import { call } from '../faults.ts';
import { whilePaused } from '../environments/machine-state.ts';
import { TRANSFER_TIMEOUT_MS } from '../exec/files.ts';
import { readMessages } from '../messages.ts';
import { LABEL, labelsOf } from '../labels.ts';
import { labelInstructions, SAVED_COMMENT } from './saved-images.ts';
import { toParts, volumeHelper, HELPER_FOLDER, mount, packVolume } from './volume-helper.ts';
import { runHelper, MOVER_LIFETIME_MS, removeOverdue, untilLabel } from '../helper.ts';
import { WALK_TIMEOUT_MS } from './usage.ts';

interface VolumeSaver {
  docker: Docker;
  installation: string;
  /** Image with tar. */
  helperImage: string;
}

/**
 * Saves the content of a machine's volume as an image of this installation. The machine is paused meanwhile,
 * as the engine does when it saves a file system.
 */
export async function commitVolume(
  { docker, installation, helperImage }: VolumeSaver,
  machineId: string,
  path: string,
  { repository, tag, labels, admit }: CommitSpec,
): Promise<string> {
  const container = docker.getContainer(machineId);
  const { Config, HostConfig } = await call(() => container.inspect());
  const { source, path: wanted } = findVolume(HostConfig, path);
  const environment = Config.Labels[LABEL.environment] ?? '';
  const imageLabels = { ...labels, ...labelsOf(installation, 'image', { volume: wanted }) };
  const changes = labelInstructions(imageLabels);
  const mover = { image: helperImage, installation, labels: { environment, volume: wanted } };
  return whilePaused(container, () =>
    packVolume(docker, source, mover, (tar) =>
      importTar(docker, toParts(tar), { repo: repository, tag, changes, ...(admit && { admit }) }),
    ),
  );
}

/**
 * Returns the engine's name of the volume at `path`, and that path as the machine has it. @throws NOT_FOUND
 */
function findVolume(
  { Mounts }: Pick<Docker.HostConfig, 'Mounts'>,
  path: string,
): { source: string; path: string } {
  const wanted = normal(path);
  const found = labVolumes(Mounts).find(({ Target }) => normal(Target) === wanted);
  if (!found) throw fault('NOT_FOUND', { thing: 'volume' });
  return { source: found.Source, path: wanted };
}

/** Lists the paths of a machine's volumes. */
export async function listVolumes(container: Docker.Container): Promise<string[]> {
  const { HostConfig } = await call(() => container.inspect());
  return labVolumes(HostConfig.Mounts).map(({ Target }) => Target);
}

/** Returns the volumes of the lab: only they have names. */
const labVolumes = (mounts: Docker.MountConfig | undefined) => (mounts ?? []).filter(({ Source }) => Source);

function normal(path: string): string {
  return posix.join('/', path).replace(/(?<=.)\/$/, '');
}

/** The image that a tar stream becomes. */
export interface ImportTarget {
  repo: string;
  tag: string;
  /** Instructions as in a Dockerfile. */
  changes: string[];
  /** Called with the number of bytes so far; throws to reject them. */
  admit?: (bytes: number) => void | Promise<void>;
}

/**
 * Imports a tar stream as an image, completely or not at all, and returns the image's id.
 * @throws errors of `admit`
 */
export async function importTar(
  docker: Docker,
  source: NodeJS.ReadableStream,
  { admit = () => undefined, ...options }: ImportTarget,
): Promise<string> {
  const tar = Readable.from(admitted(source, admit), { objectMode: false });
  // A truncated stream must not become an image: the request is aborted, not ended.
  const abort = new AbortController();
  let streamError: Error | undefined;
  tar.once('error', (error) => {
    streamError = error;
    abort.abort(error);
  });
  try {
    return await call(
      async () =>
        readImageId(
          await docker.importImage(tar, { ...options, message: SAVED_COMMENT, abortSignal: abort.signal }),
        ),
      {
        timeoutMs: TRANSFER_TIMEOUT_MS,
      },
    );
  } catch (error) {
    abort.abort();
    throw streamError ?? error;
  }
}

/** Passes the stream on while `admit` accepts its size. */
async function* admitted(
  tar: NodeJS.ReadableStream,
  admit: (bytes: number) => void | Promise<void>,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of tar as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    await admit(bytes);
    yield chunk;
  }
}

async function readImageId(messages: NodeJS.ReadableStream): Promise<string> {
  let id = '';
  for await (const { error, status } of readMessages(messages)) {
    if (error !== undefined) throw fault('ENGINE_REFUSED', { problem: error });
    if (status?.startsWith('sha256:')) id = status;
  }
  if (!id) throw fault('ENGINE_REFUSED', { problem: 'it imported the volume without an image id' });
  return id;
}

/** Measures the length of files, since saving a volume writes their holes as zeros. */
const MEASURE = ['du', '--summarize', '--apparent-size', '--block-size=1', HELPER_FOLDER];

/**
 * Returns the bytes in a machine's volume. A helper measures it, since the engine can only measure all
 * volumes together.
 */
export async function measureVolume(
  { docker, installation, helperImage }: VolumeSaver,
  machineId: string,
  path: string,
): Promise<number> {
  const { Config, HostConfig } = await call(() => docker.getContainer(machineId).inspect());
  const { source, path: volume } = findVolume(HostConfig, path);
  const environment = Config.Labels[LABEL.environment] ?? '';
  const labels = labelsOf(installation, 'mover');
  await removeOverdue(docker, labels);
  const config = volumeHelper({
    Image: helperImage,
    Entrypoint: MEASURE,
    Labels: { ...labelsOf(installation, 'mover', { environment, volume }), ...untilLabel(MOVER_LIFETIME_MS) },
    mount: { ...mount(source, HELPER_FOLDER, { copyUp: false }), ReadOnly: true },
    capabilities: ['DAC_OVERRIDE'],
  });
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image: helperImage, problem: 'it measures volumes: "berth up" builds it' });
  const { output } = await runHelper(docker, config, { timeoutMs: WALK_TIMEOUT_MS, missing });
  return parseSize(output);
}

/**
 * Parses the last line of du's output; earlier lines report files that were deleted meanwhile.
 * @throws ENGINE_REFUSED for any other output
 */
export function parseSize(output: string): number {
  const [, bytes] = /^(\d+)\t\S+$/m.exec(output.split('\n').at(-1) ?? '') ?? [];
  if (bytes === undefined) throw fault('ENGINE_REFUSED', { problem: `du printed: ${output}` });
  // Files with holes can be longer than the largest safe integer, and longer than any save allows.
  return Math.min(Number(bytes), Number.MAX_SAFE_INTEGER);
}
