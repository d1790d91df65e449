import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { CommitSpec } from '../../engine-saves.ts';
import { call, hasStatus } from '../faults.ts';
import { whilePaused } from '../environments/machine-state.ts';
import { TRANSFER_TIMEOUT_MS } from '../exec/files.ts';
import { labelsOf } from '../labels.ts';
import { labelInstructions, quote, SAVED_COMMENT } from './saved-images.ts';
import { WALK_TIMEOUT_MS } from './usage.ts';
import { importTar } from './volume-image.ts';
import type { ImportTarget } from './volume-image.ts';

/**
 * Number of layers from which a file system is saved as one layer. Each save and start from it adds a layer,
 * and engines mount at most 127. With fewer layers, an image shares those of its original image.
 */
const MAX_LAYERS = 50;

/** Saves the machine's file system as an image of this installation. */
export async function commit(
  docker: Docker,
  installation: string,
  { machineId, image }: { machineId: string; image: CommitSpec },
): Promise<string> {
  const container = docker.getContainer(machineId);
  const { Config, Image } = await call(() => container.inspect());
  const changes = labelInstructions({ ...image.labels, ...labelsOf(installation, 'image') });
  const target = { repo: image.repository, tag: image.tag };
  const admit = image.admit ?? (() => undefined);
  const isDeep = (await countLayers(docker, Image)) >= MAX_LAYERS;
  // Paused before it is measured: it writes nothing until it is saved.
  return whilePaused(container, async () => {
    await admit(await measureChanges(container));
    if (isDeep) {
      return commitFlat(docker, container, { ...target, changes: [...changes, ...settings(Config)], admit });
    }
    const saved = (await call(() => container.commit({ ...target, changes, comment: SAVED_COMMENT }), {
      timeoutMs: TRANSFER_TIMEOUT_MS,
    })) as { Id: string };
    return saved.Id;
  });
}

/**
 * Returns the bytes that the machine wrote to its file system, by the length of the files. The engine writes
 * holes in files as zeros, and cannot be stopped.
 */
async function measureChanges(container: Docker.Container): Promise<number> {
  // The library passes this option on, but its types have neither the option nor the answer.
  const inspect = () => container.inspect({ size: true } as Docker.ContainerInspectOptions);
  const { SizeRw = 0 } = (await call(inspect, { timeoutMs: WALK_TIMEOUT_MS })) as { SizeRw?: number };
  return SizeRw;
}

async function countLayers(docker: Docker, image: string): Promise<number> {
  try {
    return (await call(() => docker.getImage(image).inspect())).RootFS.Layers?.length ?? 0;
  } catch (error) {
    // Removed by force while the machine runs: its layers still exist, but their number is unknown.
    if (hasStatus(error, 404)) return 0;
    throw error;
  }
}

async function commitFlat(
  docker: Docker,
  container: Docker.Container,
  target: ImportTarget,
): Promise<string> {
  const tar = await call(() => container.export());
  if (!('destroy' in tar)) throw fault('ENGINE_REFUSED', { problem: 'it did not export the file system' });
  return importTar(docker, tar, target);
}

/** Returns the image settings that an exported file system lacks, as image instructions. */
function settings({
  Env,
  User,
  WorkingDir,
  Cmd,
  Entrypoint,
}: Docker.ContainerInspectInfo['Config']): string[] {
  return [
    ...(Entrypoint ? [`ENTRYPOINT ${JSON.stringify(Entrypoint)}`] : []),
    ...(Cmd ? [`CMD ${JSON.stringify(Cmd)}`] : []),
    ...Env.map((variable) => {
      const [name = '', ...value] = variable.split('=');
      return `ENV ${name}=${quote(value.join('='))}`;
    }),
    ...(User ? [`USER ${User}`] : []),
    ...(WorkingDir ? [`WORKDIR ${WorkingDir.replaceAll('$', String.raw`\$`)}`] : []),
  ];
}
