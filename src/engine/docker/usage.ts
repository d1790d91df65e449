import type Docker from 'dockerode';
import { MOST_FILES_COUNTED } from '../engine-disk.ts';
import type { MachineUsage } from '../engine-disk.ts';
import { seesDisk } from './disk.ts';
import { call, hasStatus } from './faults.ts';
import { countFiles } from './file-count.ts';
import { LABEL, labelFilter } from './labels.ts';
import { isMadeByBerth } from './own-container.ts';

/** The engine walks through all that a machine wrote, file by file: many files on a slow disk take their time. */
export const WALK_TIMEOUT_MS = 120_000;

/** Of the engine's answer, what this reads: the library's own types leave it open. */
interface Listed {
  Id: string;
  Names: string[];
  Labels: Record<string, string>;
  SizeRw?: number;
  Mounts?: { Type: string; Name?: string; Source?: string }[];
}

interface VolumeUsage {
  Name: string;
  UsageData?: { Size: number } | null;
}

/** What each machine of the installation has written: its file system's changes, and what is in its volumes. */
export async function readUsage(
  docker: Docker,
  installation: string,
  options: { countFiles?: boolean } = {},
): Promise<MachineUsage[]> {
  const filters = labelFilter({ [LABEL.installation]: installation, [LABEL.role]: 'machine' });
  const listed = (await call(() => docker.listContainers({ all: true, size: true, filters }), {
    timeoutMs: WALK_TIMEOUT_MS,
  })) as Listed[];
  const machines = listed.filter(isMadeByBerth);
  const haveVolumes = machines.some(({ Mounts }) => mountedVolumes(Mounts).length > 0);
  const volumes = haveVolumes ? await readVolumes(docker) : new Map<string, number>();
  const counts = options.countFiles && (await seesDisk(docker)) ? await filesOf(docker, machines) : undefined;
  return machines.map(({ Id, Labels, SizeRw, Mounts }) => ({
    environmentId: Labels[LABEL.environment] ?? '',
    machineId: Id,
    name: Labels[LABEL.machine] ?? '',
    writtenBytes: (SizeRw ?? 0) + sum(mountedVolumes(Mounts).map((name) => volumes.get(name) ?? 0)),
    ...(counts && { files: counts.get(Id) }),
  }));
}

/** By machine, one after the other: of what it changed and of its volumes, as they lie on the engine's disk. */
async function filesOf(docker: Docker, machines: readonly Listed[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { Id, Mounts = [] } of machines) {
    const layer = await changesFolder(docker, Id);
    const volumes = Mounts.flatMap(({ Type, Source }) => (Type === 'volume' && Source ? [Source] : []));
    if (layer !== undefined) counts.set(Id, await countFiles([layer, ...volumes], MOST_FILES_COUNTED));
  }
  return counts;
}

/** Where the engine keeps what a machine changed in its file system; undefined where it keeps that in another way, or no more. */
async function changesFolder(docker: Docker, machineId: string): Promise<string | undefined> {
  try {
    const { GraphDriver } = await call(() => docker.getContainer(machineId).inspect());
    return (GraphDriver?.Data as Record<string, string> | undefined)?.['UpperDir'];
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Also those that an image declares by itself: their labels are not ours, the machine that mounts them is. */
const mountedVolumes = (mounts: Listed['Mounts'] = []) =>
  mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : []));

/** By name: of all volumes on the engine, since it measures none alone. */
async function readVolumes(docker: Docker): Promise<Map<string, number>> {
  // The library's own call asks for images and the build cache too, which takes much longer.
  const ask = () =>
    new Promise<unknown>((resolve, reject) => {
      const request = {
        path: '/system/df?',
        method: 'GET',
        options: { type: 'volume' },
        statusCodes: { 200: true, 500: 'server error' },
      };
      docker.modem.dial(request, (error: unknown, answer: unknown) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  const usage = (await call(ask, { timeoutMs: WALK_TIMEOUT_MS })) as { Volumes?: VolumeUsage[] | null };
  return new Map(
    (usage.Volumes ?? []).map(({ Name, UsageData }) => [Name, Math.max(0, UsageData?.Size ?? 0)]),
  );
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
