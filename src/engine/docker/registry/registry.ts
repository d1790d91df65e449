import type Docker from 'dockerode';
import { isFault, fault } from '../../../core/errors.ts';
import type { EngineRegistry } from '../../engine-registry.ts';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { LABEL, labelFilter, labelsOf } from '../labels.ts';
import { runExec } from '../exec/exec.ts';
import {
  REGISTRY_PORT,
  registryNames,
  registryParts,
  ensurePart,
  inspectPart,
  publishedPort,
} from './registry-part.ts';
import { unavailable, deleteFromRegistry, digestInRegistry, listRegistry } from './registry-requests.ts';
import { pushImage } from './registry-push.ts';
import { removeContainer, removeNetwork, removeVolume } from '../environments/teardown.ts';

export const REGISTRY_IMAGE = 'berth/lab-registry:latest';

/** The problem while its containers are being created, or cannot be. */
const NOT_RUNNING =
  'it does not run; Berth tries to start it every minute, and the log of the service contains the reason';

interface DockerRegistryOptions {
  docker: Docker;
  installation: string;
  /** Another registry from which labs pull; undefined for Berth's own. */
  upstream: string | undefined;
  /** Image built from images/registry. */
  image?: string;
}

/** Creates the registry port with containers of a Docker engine. Creates nothing before `ensure`. */
export function createDockerRegistry(options: DockerRegistryOptions): EngineRegistry {
  const { docker, installation, upstream, image = REGISTRY_IMAGE } = options;
  const names = registryNames(installation);
  const labels = labelsOf(installation, 'registry');
  const filters = labelFilter(labels);

  async function imageId(): Promise<string> {
    try {
      return (await call(() => docker.getImage(image).inspect())).Id;
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      throw unavailable(`its image ${image} is not on the engine; "berth up" builds it`, error);
    }
  }

  async function ensureNetwork(): Promise<void> {
    const named = await call(() => docker.listNetworks({ filters }));
    if (named.some(({ Name }) => Name === names.network)) return;
    try {
      await call(() => docker.createNetwork({ Name: names.network, CheckDuplicate: true, Labels: labels }));
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
    }
  }

  /** Creates the volumes. Succeeds if another process creates them at the same time. */
  async function ensureVolumes(): Promise<void> {
    for (const Name of [names.socket, upstream === undefined ? names.storage : names.cache]) {
      await call(() => docker.createVolume({ Name, Labels: labels }));
    }
  }

  async function removeContainers(keep: readonly string[]): Promise<void> {
    const present = await call(() => docker.listContainers({ all: true, filters }));
    const outdated = present.filter(({ Names }) => !keep.some((name) => Names.includes(`/${name}`)));
    await Promise.all(outdated.map(({ Id }) => removeContainer(docker, Id)));
  }

  async function remove(): Promise<void> {
    await removeContainers([]);
    const networks = await call(() => docker.listNetworks({ filters }));
    await Promise.all(networks.map(({ Id }) => removeNetwork(docker, Id)));
  }

  async function address(): Promise<string> {
    if (upstream !== undefined) return new URL(upstream).host;
    const writer = await inspectPart(docker, names.writer);
    const port = writer && publishedPort(writer);
    if (port === undefined) throw unavailable(NOT_RUNNING);
    return `127.0.0.1:${port}`;
  }

  const endpoint = {
    container: docker.getContainer(upstream === undefined ? names.writer : names.reader),
    url: upstream ?? `http://127.0.0.1:${REGISTRY_PORT}`,
  };

  return {
    ensure: () =>
      asRegistryFault(async () => {
        const parts = registryParts({ installation, upstream, imageId: await imageId() });
        await removeContainers(parts.map(({ name }) => name));
        await ensureNetwork();
        await ensureVolumes();
        // In this order: the first part sets the volume's owner.
        for (const part of parts) await ensurePart(docker, part);
      }),

    remove,

    async destroy() {
      await remove();
      const { Volumes } = await call(() => docker.listVolumes({ filters }));
      await Promise.all(Volumes.map(({ Name }) => removeVolume(docker, Name)));
    },

    address,
    async push(reference, { name, tag }, given) {
      await pushImage(docker, reference, { repository: `${await address()}/${name}`, tag }, given);
    },
    async trim(limitBytes) {
      if (upstream === undefined) return { before: 0, now: 0 };
      return asRegistryFault(() => trimCache(docker.getContainer(names.reader), limitBytes));
    },
    list: () => asRegistryFault(() => listRegistry(endpoint)),
    digest: (name, tag) => asRegistryFault(() => digestInRegistry(endpoint, name, tag)),
    delete: (name, tag) => asRegistryFault(() => deleteFromRegistry(endpoint, name, tag)),
  };
}

/** Converts the engine's faults about the registry's containers to faults of the registry. */
async function asRegistryFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING')) {
      throw unavailable(NOT_RUNNING, error);
    }
    if (isFault(error, 'ENGINE_REFUSED')) {
      throw unavailable(engineMessage(error), error);
    }
    throw error;
  }
}

/** Lists the installations with a registry on the engine, or with its images. */
export async function listRegistries(docker: Docker): Promise<string[]> {
  const filters = labelFilter({ [LABEL.role]: 'registry' });
  const { Volumes } = await call(() => docker.listVolumes({ filters }));
  return [...new Set(Volumes.flatMap(({ Labels }) => Labels[LABEL.installation] ?? []))];
}

/** Timeout of a trim, in milliseconds: it reads some thousand files on a busy disk. */
const TIMEOUT_MS = 120_000;
/** Limit of its output, in bytes: two numbers, or an error. */
const OUTPUT_BYTES = 4 * 1024;
/** Share of the limit that a trim keeps, so that not every new layer needs another trim. */
const KEPT_SHARE = 0.8;
/** find's condition for downloads without progress: their process died, or the registry stalls. */
const STALLED = '-mmin +10';
const ALL = '';
/** Time for the registry to stop, in seconds: nothing that it does takes longer to abort. */
const STOP_SECONDS = 3;

/**
 * Limits the cache in a registry's container to `limitBytes`, and returns the bytes before and after. If a
 * running download alone exceeds the limit, it is aborted.
 * @throws LOCAL_REGISTRY_UNAVAILABLE, CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING
 */
async function trimCache(
  container: Docker.Container,
  limitBytes: number,
): Promise<{ before: number; now: number }> {
  const keepBytes = Math.floor(limitBytes * KEPT_SHARE);
  const first = await trim(container, { limitBytes, keepBytes, uploads: STALLED });
  if (first.now <= limitBytes) return first;
  const { now } = await trim(container, { limitBytes, keepBytes: 0, uploads: ALL });
  // Removed files take space as long as the registry keeps them open.
  await call(() => container.restart({ t: STOP_SECONDS }));
  return { before: first.before, now };
}

async function trim(
  container: Docker.Container,
  { limitBytes, keepBytes, uploads }: { limitBytes: number; keepBytes: number; uploads: string },
) {
  const { stdout, stderr, outcome } = await runExec(container, {
    command: ['/bin/sh', '-c', TRIM_SCRIPT, 'sh', String(limitBytes), String(keepBytes), uploads],
    timeoutMs: TIMEOUT_MS,
    outputLimitBytes: OUTPUT_BYTES,
  });
  const [, before, now] = /^(\d+) (\d+)$/m.exec(stdout.toString()) ?? [];
  if (before === undefined || now === undefined) {
    const message = stderr.toString().trim() || outcome;
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: `its cache could not be measured: ${message}` });
  }
  return { before: Number(before), now: Number(now) };
}

/**
 * Reduces the cache of a registry below a limit; the registry cannot do that itself. $1: the maximum bytes;
 * $2: the bytes to keep if there are more; $3: find's condition for downloads to abort. It removes the blobs
 * that were unused for longest, and the links to them, or everything if $2 is 0: the registry downloads
 * missing blobs again. Prints the bytes before and after.
 */
const TRIM_SCRIPT = `
root=/var/lib/berth-registry
used() { du -s -B1 "$root" | cut -f1; }
before=$(used)
cd "$root/docker/registry/v2" 2>/dev/null && [ -d repositories ] && [ -d blobs ] || { echo "$before $before"; exit; }
find repositories -type f -path '*/_uploads/*/data' $3 -printf '%h\\0' | xargs -0r rm -rf --
now=$(used)
if [ "$now" -gt "$1" ] && [ "$2" = 0 ]; then
  rm -rf -- repositories blobs
elif [ "$now" -gt "$1" ]; then
  find blobs -type f -name data -printf '%A@ %T@ %b %h\\n' |
    awk '{ printf "%.0f %.0f %s\\n", ($1 > $2 ? $1 : $2), $3 * 512, $4 }' | sort -n |
    awk -v over=$((now - $2)) 'over > 0 { over -= $2; print $3 }' >/tmp/trimmed
  xargs -r rm -rf -- </tmp/trimmed
  find repositories -type d -regextype posix-extended -regex '.*/[0-9a-f]{64}' -printf '%f %p\\n' |
    awk 'NR == FNR { sub(".*/", ""); gone[$0]; next } $1 in gone { print $2 }' /tmp/trimmed - |
    xargs -r rm -rf --
fi
echo "$before $(used)"
`;
