import type Docker from 'dockerode';
import type { MountSettings } from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { MachineSpec } from '../../engine.ts';
import { call } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { createUnlessTaken } from '../environments/created-objects.ts';
import type { CreatedObjects } from '../environments/created-objects.ts';
import { MOVER_LIFETIME_MS, untilLabel } from '../helper.ts';
import { fillVolume } from './volume-filling.ts';
import { mount } from './volume-helper.ts';

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
