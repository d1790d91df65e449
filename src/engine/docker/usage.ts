import type Docker from 'dockerode';
import type { MachineUsage } from '../engine-disk.ts';
import { call } from './faults.ts';
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
  Mounts?: { Type: string; Name?: string }[];
}

interface VolumeUsage {
  Name: string;
  UsageData?: { Size: number } | null;
}

/** What each machine of the installation has written: its file system's changes, and what is in its volumes. */
export async function readUsage(docker: Docker, installation: string): Promise<MachineUsage[]> {
  const filters = labelFilter({ [LABEL.installation]: installation, [LABEL.role]: 'machine' });
  const listed = (await call(() => docker.listContainers({ all: true, size: true, filters }), {
    timeoutMs: WALK_TIMEOUT_MS,
  })) as Listed[];
  const machines = listed.filter(isMadeByBerth);
  const haveVolumes = machines.some(({ Mounts }) => mountedVolumes(Mounts).length > 0);
  const volumes = haveVolumes ? await readVolumes(docker) : new Map<string, number>();
  return machines.map(({ Id, Labels, SizeRw, Mounts }) => ({
    environmentId: Labels[LABEL.environment] ?? '',
    machineId: Id,
    name: Labels[LABEL.machine] ?? '',
    writtenBytes: (SizeRw ?? 0) + sum(mountedVolumes(Mounts).map((name) => volumes.get(name) ?? 0)),
  }));
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
