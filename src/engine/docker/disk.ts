import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { fault } from '../../errors.ts';
import type { DiskSpace } from '../engine-disk.ts';
import { call } from './faults.ts';
import { runHelper } from './helper.ts';
import { labelsOf } from './labels.ts';
import { removeOverdue, untilLabel } from './overdue.ts';

/** A helper looks at the disk in a fraction of a second, on an engine that is busy in some. */
const LOOK_TIMEOUT_MS = 30_000;
/** Longest life of a helper: making and starting it may take a minute each. */
const HELPER_LIFETIME_MS = 180_000;
const BLOCK_BYTES = 1024;

/** Who looks where this process can not. */
export interface DiskHelper {
  installation: string;
  /** Image with df. */
  image: string;
}

/** The disk on which the engine keeps machines, images and volumes. @throws IMAGE_NOT_FOUND where only a helper can look and its image is not there */
export async function readDisk(docker: Docker, helper: DiskHelper): Promise<DiskSpace> {
  return (await peekDisk(docker)) ?? (await lookThere(docker, helper));
}

/** As {@link readDisk}, without making anything: undefined where this process can not look by itself. */
export async function peekDisk(docker: Docker): Promise<DiskSpace | undefined> {
  const { ID, DockerRootDir } = (await call(() => docker.info())) as { ID: string; DockerRootDir: string };
  return lookHere(ID, DockerRootDir);
}

/** A folder of that name may be here and be another one's: the engine's own holds its id. */
async function lookHere(id: string, folder: string): Promise<DiskSpace | undefined> {
  try {
    if ((await readFile(join(folder, 'engine-id'), 'utf8')).trim() !== id) return undefined;
    const { blocks, bavail, bsize } = await statfs(folder);
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  } catch {
    // Not on this machine, not in this container, or not for this user to see: the helper will.
    return undefined;
  }
}

/** A container's own root lies on the disk in question. */
async function lookThere(docker: Docker, { installation, image }: DiskHelper): Promise<DiskSpace> {
  const labels = labelsOf(installation, 'gauge');
  await removeOverdue(docker, labels);
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image, problem: 'it looks at the disk: "berth up" builds it' });
  const config = helperConfig(image, { ...labels, ...untilLabel(HELPER_LIFETIME_MS) });
  return parseDisk((await runHelper(docker, config, { timeoutMs: LOOK_TIMEOUT_MS, missing })).words);
}

function helperConfig(Image: string, Labels: Record<string, string>): Docker.ContainerCreateOptions {
  return {
    Image,
    Entrypoint: ['df', '-P', '-k', '/'],
    Cmd: [],
    User: '65534:65534',
    Labels,
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      PidsLimit: 16,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
}

/** What `df -P -k` prints about one file system. @throws ENGINE_REFUSED when that is something else */
export function parseDisk(words: string): DiskSpace {
  const line = /^\S.*?\s+(\d+)\s+\d+\s+(\d+)\s+\d+%\s+\/\s*$/m.exec(words);
  if (!line) throw fault('ENGINE_REFUSED', { problem: `df says: ${words}` });
  return { totalBytes: Number(line[1]) * BLOCK_BYTES, freeBytes: Number(line[2]) * BLOCK_BYTES };
}
