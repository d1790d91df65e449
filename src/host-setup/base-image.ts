import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { EngineImages } from '../engine/engine-images.ts';
import { fault, isFault } from '../core/errors.ts';
import { readHost } from '../../setup/debian.mjs';
import { makeRootFileSystem } from './root-file-system.ts';
import { withWorkFolder } from '../core/work-folder.ts';
import { setupFault } from './setup-fault.ts';
import type { Step } from '../../setup/steps.mjs';

/** Base of the lab images. */
export const BASE_IMAGE = 'berth/debian:trixie-slim';
const UPSTREAM_IMAGE = 'debian:trixie-slim';

/**
 * Ensures that the engine has the base image: an existing one, one from a registry or, if no registry responds, one
 * built from the host's package mirror.
 *
 * @throws ENGINE_SETUP_REFUSED if no registry responds and this host cannot build the image
 */
export async function ensureBaseImage({
  images,
  step,
}: {
  images: EngineImages;
  step: Step;
}): Promise<{ id: string; note: string }> {
  const present = await images.find(BASE_IMAGE);
  if (present) return { id: present.id, note: 'unchanged' };
  const note = await obtain(images, step);
  const made = await images.find(BASE_IMAGE);
  if (!made) throw fault('IMAGE_NOT_FOUND', { image: BASE_IMAGE, problem: 'it was removed again' });
  return { id: made.id, note };
}

async function obtain(images: EngineImages, step: Step): Promise<string> {
  step.progress(`pulling ${UPSTREAM_IMAGE} from the registry`);
  const onPercent = (percent = 0) => step.progress(`pulling ${UPSTREAM_IMAGE}: ${percent} %`);
  try {
    await images.findOrPull(UPSTREAM_IMAGE, { onPercent });
  } catch (error) {
    if (!isFault(error, 'IMAGE_NOT_FOUND', 'REGISTRY_UNREACHABLE', 'REGISTRY_DENIED')) throw error;
    return makeAndImport(images, step, String(error.details['problem']));
  }
  await images.tag(UPSTREAM_IMAGE, BASE_IMAGE);
  return `from ${UPSTREAM_IMAGE}`;
}

async function makeAndImport(images: EngineImages, step: Step, problem: string): Promise<string> {
  const host = await readHost();
  if (!host.root || !host.debian) {
    throw setupFault(
      `The base image ${UPSTREAM_IMAGE} could not be pulled (${problem}), and only root on Debian or Ubuntu can build one. Do one of the following:`,
      [
        `docker pull ${UPSTREAM_IMAGE}, with access to a registry`,
        `docker load, with ${UPSTREAM_IMAGE} saved on another host`,
        'npm start, once, as root on Debian or Ubuntu, outside of any container',
      ],
    );
  }
  await withWorkFolder(async (folder) => {
    const tar = join(folder, 'base.tar');
    await makeRootFileSystem({ tar, host, step });
    step.progress('importing it into the engine');
    await images.importTar(BASE_IMAGE, createReadStream(tar));
  });
  return 'built with mmdebstrap, because no registry responded';
}
