import type Docker from 'dockerode';
import { fault } from '../../errors.ts';
import { call } from './faults.ts';
import { TRANSFER_TIMEOUT_MS } from './files.ts';
import { LABEL } from './labels.ts';
import { removeContainer } from './teardown.ts';
import { CONTENT, mount } from './volume-mount.ts';

/**
 * Fills an empty volume with what was saved as an image. The engine itself copies what an image has
 * where an empty volume is mounted, with owners, modes and links, as soon as a container is made:
 * this one is, and is never started. @throws IMAGE_NOT_FOUND, DISK_FULL
 */
export async function fillVolume(
  docker: Docker,
  {
    volume,
    image,
    mover,
    labels,
  }: { volume: string; image: string; mover: string; labels: Record<string, string> },
): Promise<void> {
  const missing = () => fault('IMAGE_NOT_FOUND', { image, problem: 'what was saved there is gone' });
  const { Config } = await call(() => docker.getImage(image).inspect(), { missing });
  if (Config.Labels?.[LABEL.volume] === undefined) {
    throw fault('IMAGE_NOT_FOUND', { image, problem: 'the one of that name holds no saved volume' });
  }
  const config = {
    name: mover,
    Image: image,
    // An image needs one, though it never runs.
    Cmd: ['none'],
    Labels: labels,
    HostConfig: { NetworkMode: 'none', Mounts: [mount(volume, `/${CONTENT}`, { copyUp: true })] },
  };
  try {
    await call(() => docker.createContainer(config), { timeoutMs: TRANSFER_TIMEOUT_MS, missing });
  } finally {
    await removeContainer(docker, mover);
  }
}
