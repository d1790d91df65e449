import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { CommitSpec } from '../../engine-snapshots.ts';
import { call, hasStatus, isRefusal } from '../faults.ts';
import { labelInstructions, TRANSFER_TIMEOUT_MS } from '../exec/files.ts';
import { readMessages } from '../images/image-stream.ts';
import { LABEL, labelsOf } from '../labels.ts';
import { SAVED_COMMENT } from './saved-images.ts';
import { toParts } from './volume-parts.ts';
import { packVolume } from './volume-tar.ts';

export interface VolumeSaver {
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
export function findVolume(
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

/** Runs `use` while the machine is paused. */
export async function whilePaused<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  try {
    await call(() => container.pause());
  } catch (error) {
    // A machine that does not run, or cannot be paused here, is saved as it is.
    if (!isRefusal(error) || hasStatus(error, 404)) throw error;
    return use();
  }
  try {
    return await use();
  } finally {
    await unpause(container);
  }
}

/** Unfreezes a machine. Succeeds if it ended, restarted or disappeared meanwhile. */
async function unpause(container: Docker.Container): Promise<void> {
  try {
    await call(() => container.unpause());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (await isPaused(container)) throw error;
  }
}

async function isPaused(container: Docker.Container): Promise<boolean> {
  try {
    return (await call(() => container.inspect())).State.Paused;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}
