import type Docker from 'dockerode';
import type { MountSettings } from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { MachineSpec } from '../../engine.ts';
import { call } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { createUnlessTaken } from '../environments/made.ts';
import type { Made } from '../environments/made.ts';
import { MOVER_LIFETIME_MS, untilLabel } from '../overdue.ts';
import { fillVolume } from './volume-filling.ts';
import { mount } from './volume-mount.ts';

/** What the volumes of a machine are made for. */
export interface VolumeOwner {
  installation: string;
  environmentId: string;
  made: Made;
  /** Image with tar. */
  helperImage: string;
}

/**
 * Makes a machine's volumes, fills those that begin with saved content, and says how the machine is to
 * mount them. @throws IMAGE_NOT_FOUND, DISK_FULL, ENGINE_REFUSED when there is a volume by that name
 */
export async function createVolumes(
  docker: Docker,
  { installation, environmentId, made, helperImage }: VolumeOwner,
  machine: MachineSpec,
): Promise<MountSettings[]> {
  const mounts: MountSettings[] = [];
  for (const [index, { path, from }] of machine.volumes.entries()) {
    const volume = `berth-${environmentId}-${machine.name}-${index + 1}`;
    const belonging = { environment: environmentId, machine: machine.name, volume: path };
    const labels = labelsOf(installation, 'volume', { ...belonging, attempt: made.attempt });
    await createVolume(docker, volume, { labels });
    if (from !== undefined) {
      // No machine is called like this: their names have no dots.
      const mover = `${volume}.filler`;
      const moverLabels = { ...labelsOf(installation, 'mover', belonging), ...untilLabel(MOVER_LIFETIME_MS) };
      await createUnlessTaken(made.containers, mover, () =>
        fillVolume(docker, { volume, image: from, helperImage, mover, labels: moverLabels }),
      );
    }
    mounts.push(mount(volume, path, { copyUp: from === undefined }));
  }
  return mounts;
}

/** Makes a volume that is not there, with these options of the engine's own driver. @throws ENGINE_REFUSED when it is */
export async function createVolume(
  docker: Docker,
  Name: string,
  { labels, options }: { labels: Record<string, string>; options?: Record<string, string> },
): Promise<void> {
  const DriverOpts = options ?? {};
  const volume = await call(() => docker.createVolume({ Name, Labels: labels, DriverOpts }));
  const { Labels } = await call(() => volume.inspect());
  const isNew = Object.entries(labels).every(([key, value]) => Labels?.[key] === value);
  if (!isNew) throw fault('ENGINE_REFUSED', { problem: `there is a volume ${Name} already` });
}
