import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { MOVER_LIFETIME_MS, untilLabel } from '../helper.ts';
import { removeContainer } from '../environments/teardown.ts';
import { mount } from '../storage/volume-helper.ts';

/** Image with the agent and its other programs. */
export const HOLDER_IMAGE = 'berth/lab-holder:latest';

/** Folder of the agent's programs in machines. */
const FOLDER = '/run/berth';
export const HOLDER = `${FOLDER}/holder`;
/** Program that connects a command's input or output to a socket. */
export const CARRIER = `${FOLDER}/carrier`;
/**
 * Folder of the sockets: below /dev, which every container has in memory, so that the folder can be created
 * for any image and any user.
 */
export const SOCKETS = ['dev', 'berth'];

/** Size of that folder, in bytes. It contains only sockets, which take no space. */
const SOCKETS_BYTES = 64 * 1024;

/** Prefix of the volume's name, before the start of the image's id. */
const NAME = 'berth-holder-';
/** Label of such a volume. */
const LABEL = 'berth.holder';

/** Mounts of the agent, in addition to those of the lab. */
export interface HolderMounts {
  binds: string[];
  tmpfs: Record<string, string>;
}

/** Returns whether a machine was created with the agent. */
export const hasHolder = (binds: readonly string[] | null | undefined): boolean =>
  binds?.some((bind) => bind.split(':')[1] === FOLDER) ?? false;

export type HolderVolume = ReturnType<typeof createHolderVolume>;

/**
 * Manages the volume with the agent, one for each version and engine. All machines mount it read-only. The
 * engine fills it from the image when a container that mounts it is created; that container never runs.
 */
export function createHolderVolume(context: {
  docker: Docker;
  installation: string;
  image: string | undefined;
}) {
  const { docker, installation, image } = context;
  let filling: Promise<void> | undefined;

  return {
    /** Returns the result of `mounts` without creating anything. */
    async planned(): Promise<HolderMounts | undefined> {
      const id = image && (await imageId(docker, image));
      return id ? mountsOf(nameOf(id)) : undefined;
    },

    /**
     * Undefined if the engine does not have the agent's image: shells then end with the process that opened
     * them.
     */
    async mounts(): Promise<HolderMounts | undefined> {
      const id = image && (await imageId(docker, image));
      if (!image || !id) return undefined;
      const name = nameOf(id);
      if (!(await isFilled(docker, name))) {
        filling ??= fill(docker, installation, { name, image }).finally(() => (filling = undefined));
        await filling;
      }
      return mountsOf(name);
    },
  };
}

const nameOf = (id: string) => `${NAME}${id.slice(0, 12)}`;

function mountsOf(name: string): HolderMounts {
  return {
    binds: [`${name}:${FOLDER}:ro,nocopy`],
    tmpfs: {
      [`/${SOCKETS.join('/')}`]: `rw,nosuid,nodev,noexec,size=${SOCKETS_BYTES},mode=1777`,
    },
  };
}

/**
 * Returns whether the volume exists and was filled here: the engine creates an empty one for a machine that
 * mounts a missing volume.
 */
async function isFilled(docker: Docker, name: string): Promise<boolean> {
  try {
    const { Labels } = await call(() => docker.getVolume(name).inspect());
    return Labels?.[LABEL] === name;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

async function imageId(docker: Docker, image: string): Promise<string | undefined> {
  try {
    const { Id } = await call(() => docker.getImage(image).inspect());
    return Id.replace('sha256:', '');
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

async function fill(
  docker: Docker,
  installation: string,
  { name, image }: { name: string; image: string },
): Promise<void> {
  await removeUnused(docker, name);
  const Labels = { ...labelsOf(installation, 'mover'), ...untilLabel(MOVER_LIFETIME_MS) };
  // Created and filled in one call: a crash between two calls would leave an empty volume that looks filled.
  const HostConfig = { Mounts: [mount(name, FOLDER, { copyUp: true, labels: { [LABEL]: name } })] };
  const container = await call(() => docker.createContainer({ Image: image, Labels, HostConfig }));
  await removeContainer(docker, container.id);
  await removeEarlier(docker);
}

/** Removes the volumes of earlier versions, whose images are gone, when no machine mounts them. */
async function removeEarlier(docker: Docker): Promise<void> {
  const { Volumes } = await call(() => docker.listVolumes({ filters: { label: [LABEL] } }));
  for (const { Name } of Volumes) {
    if (!(await imageId(docker, Name.slice(NAME.length)))) await removeUnused(docker, Name);
  }
}

async function removeUnused(docker: Docker, name: string): Promise<void> {
  await call(() => docker.getVolume(name).remove()).catch((error: unknown) => {
    if (!hasStatus(error, 404, 409)) throw error;
  });
}
