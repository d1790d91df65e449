import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { MOVER_LIFETIME_MS, untilLabel } from '../overdue.ts';
import { removeContainer } from '../environments/teardown.ts';
import { mount } from '../storage/volume-mount.ts';

/** Image with what holds shells: images/holder. */
export const HOLDER_IMAGE = 'berth/lab-holder:latest';

/** Where machines find the holder and the carrier. */
const FOLDER = '/run/berth';
export const HOLDER = `${FOLDER}/holder`;
/** What carries a command's input or output past the engine: images/holder/carrier.c. */
export const CARRIER = `${FOLDER}/carrier`;
/**
 * Where its sockets are: below /dev, which is in memory in every container, so that the folder can be made
 * whatever the image has there, and whichever user owns it.
 */
export const SOCKETS = ['dev', 'berth'];

/** Sockets and nothing else fit in: a socket takes no room. In bytes. */
const SOCKETS_BYTES = 64 * 1024;

/** A volume that holds it is named after the image that it came from, in short. */
const NAME = 'berth-holder-';
/** Label of such a volume. */
const LABEL = 'berth.holder';

/** How a machine comes to the holder: mounts beside those that its lab asks for. */
export interface HolderMounts {
  binds: string[];
  tmpfs: Record<string, string>;
}

/** Whether a machine was made with it. */
export const hasHolder = (binds: readonly string[] | null | undefined): boolean =>
  binds?.some((bind) => bind.split(':')[1] === FOLDER) ?? false;

export type HolderVolume = ReturnType<typeof createHolderVolume>;

/**
 * The volume with the holder, one for each version and engine, which all machines mount to read. The
 * engine fills it from the image when a container is made that mounts it; that one never runs.
 */
export function createHolderVolume(context: {
  docker: Docker;
  installation: string;
  image: string | undefined;
}) {
  const { docker, installation, image } = context;
  let filling: Promise<void> | undefined;

  return {
    /** What `mounts` gives, without making anything. */
    async planned(): Promise<HolderMounts | undefined> {
      const id = image && (await imageId(docker, image));
      return id ? mountsOf(nameOf(id)) : undefined;
    },

    /** Undefined where the engine does not have the holder's image: shells then end with the process that opened them. */
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

/** Whether it is there, and as it was made here: the engine makes an empty one for a machine that mounts none. */
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
  // Made and filled in one call: a crash between two would leave an empty one that looks filled.
  const HostConfig = { Mounts: [mount(name, FOLDER, { copyUp: true, labels: { [LABEL]: name } })] };
  const container = await call(() => docker.createContainer({ Image: image, Labels, HostConfig }));
  await removeContainer(docker, container.id);
  await removeEarlier(docker);
}

/** Removes those of earlier versions, whose images are no more, once no machine mounts them. */
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
