import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import type { MountSettings } from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { MachineSpec } from '../../engine.ts';
import { call } from '../faults.ts';
import { labelsOf, LABEL } from '../labels.ts';
import { createUnlessTaken, removeContainer } from '../environments/teardown.ts';
import type { CreatedObjects } from '../environments/teardown.ts';
import { MOVER_LIFETIME_MS, untilLabel, readHelperOutput } from '../helper.ts';
import { TRANSFER_TIMEOUT_MS } from '../exec/files.ts';
import { mount, HELPER_FOLDER, volumeHelper, fromParts, PARTS_FOLDER } from './volume-helper.ts';

/** The owner of a machine's volumes. */
export interface VolumeOwner {
  installation: string;
  environmentId: string;
  created: CreatedObjects;
  /** Image with tar. */
  helperImage: string;
}

/**
 * Creates a machine's volumes and fills those with saved content. Returns their mounts.
 * @throws IMAGE_NOT_FOUND, DISK_FULL, ENGINE_REFUSED if a volume with that name exists
 */
export async function createVolumes(
  docker: Docker,
  { installation, environmentId, created, helperImage }: VolumeOwner,
  machine: MachineSpec,
): Promise<MountSettings[]> {
  const mounts: MountSettings[] = [];
  for (const [index, { path, from }] of machine.volumes.entries()) {
    const volume = `berth-${environmentId}-${machine.name}-${index + 1}`;
    const belonging = { environment: environmentId, machine: machine.name, volume: path };
    const labels = labelsOf(installation, 'volume', { ...belonging, attempt: created.attempt });
    await createVolume(docker, volume, { labels });
    if (from !== undefined) {
      // No machine has this name: names of machines have no dots.
      const mover = `${volume}.filler`;
      const moverLabels = { ...labelsOf(installation, 'mover', belonging), ...untilLabel(MOVER_LIFETIME_MS) };
      await createUnlessTaken(created.containers, mover, () =>
        fillVolume(docker, { volume, image: from, helperImage, mover, labels: moverLabels }),
      );
    }
    mounts.push(mount(volume, path, { copyUp: from === undefined }));
  }
  return mounts;
}

/** Creates a volume, with options of the engine's local driver. @throws ENGINE_REFUSED if it exists */
export async function createVolume(
  docker: Docker,
  Name: string,
  { labels, options }: { labels: Record<string, string>; options?: Record<string, string> },
): Promise<void> {
  const DriverOpts = options ?? {};
  const volume = await call(() => docker.createVolume({ Name, Labels: labels, DriverOpts }));
  const { Labels } = await call(() => volume.inspect());
  const isNew = Object.entries(labels).every(([key, value]) => Labels?.[key] === value);
  if (!isNew) throw fault('ENGINE_REFUSED', { problem: `a volume ${Name} already exists` });
}

const UNTAR = ['tar', '--extract', '--file=-', '--numeric-owner', '--preserve-permissions', '--same-owner'];
const ATTRIBUTES = ['--xattrs', '--xattrs-include=*'];
/** Capabilities to set owners, modes and file capabilities; none has an effect outside the volume. */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETFCAP'];

/** A volume to fill. */
interface VolumeFilling {
  volume: string;
  /** The saved image. */
  image: string;
  /** Image with tar. */
  helperImage: string;
  /** Name of the helper, and prefix of the second container's name. */
  mover: string;
  labels: Record<string, string>;
}

/**
 * Fills an empty volume with the content of a saved image. A helper unpacks it, because files have the owners
 * that machines see only inside a container.
 * @throws IMAGE_NOT_FOUND, DISK_FULL, ENGINE_REFUSED with tar's message
 */
async function fillVolume(docker: Docker, filling: VolumeFilling): Promise<void> {
  const { volume, image, helperImage, mover, labels } = filling;
  await requireSaved(docker, image);
  const store = `${mover}.store`;
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image: helperImage, problem: 'it fills volumes: "berth up" builds it' });
  const config = volumeHelper({
    name: mover,
    Image: helperImage,
    Entrypoint: [...UNTAR, ...ATTRIBUTES, `--directory=${HELPER_FOLDER}`],
    Labels: labels,
    mount: mount(volume, HELPER_FOLDER, { copyUp: false }),
    capabilities: CAPABILITIES,
  });
  try {
    // A container needs a command, though this one never runs.
    await call(() =>
      docker.createContainer({
        name: store,
        Image: image,
        Cmd: ['none'],
        Labels: labels,
        HostConfig: { NetworkMode: 'none' },
      }),
    );
    const parts = await call(() => docker.getContainer(store).getArchive({ path: `/${PARTS_FOLDER}` }));
    const helper = await call(() => docker.createContainer(config), { missing });
    await unpack(helper, Readable.from(fromParts(parts as Readable), { objectMode: false }));
  } finally {
    await Promise.all([removeContainer(docker, mover), removeContainer(docker, store)]);
  }
}

async function unpack(helper: Docker.Container, tar: Readable): Promise<void> {
  const input = await call(() =>
    helper.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true }),
  );
  await call(() => helper.start());
  const ended = call(() => helper.wait(), { timeoutMs: TRANSFER_TIMEOUT_MS }) as Promise<{
    StatusCode: number;
  }>;
  input.resume();
  // If tar fails, it closes its input early. Its exit code and messages say why.
  const [written, { StatusCode }] = await Promise.all([
    pipeline(tar, input, { end: true }).then(
      () => undefined,
      (error: unknown) => error,
    ),
    ended,
  ]);
  if (StatusCode !== 0) {
    throw fillingFault((await readHelperOutput(helper)) || `tar ended with ${StatusCode}`, written);
  }
  if (written !== undefined) throw written;
}

/** Converts tar's error messages. */
export function fillingFault(problem: string, cause?: unknown): Fault {
  return /no space left on device/i.test(problem)
    ? fault('DISK_FULL', { where: 'the container engine' }, cause)
    : fault('ENGINE_REFUSED', { problem }, cause);
}

async function requireSaved(docker: Docker, image: string): Promise<void> {
  const missing = () => fault('IMAGE_NOT_FOUND', { image, problem: 'the saved image is gone' });
  const { Config } = await call(() => docker.getImage(image).inspect(), { missing });
  if (Config.Labels?.[LABEL.volume] === undefined) {
    throw fault('IMAGE_NOT_FOUND', { image, problem: 'the image with that name is not a saved volume' });
  }
}
