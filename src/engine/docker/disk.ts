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

/** What systems count of a file system: blocks and files. */
type Counted = 'bsize' | 'blocks' | 'bavail' | 'files' | 'ffree';

/** Who looks where this process can not. */
export interface DiskHelper {
  installation: string;
  /** Image with stat. */
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

/** Whether this process sees the engine's own folders, and those of its machines. */
export async function seesDisk(docker: Docker): Promise<boolean> {
  return (await peekDisk(docker)) !== undefined;
}

/** A folder of that name may be here and be another one's: the engine's own holds its id. */
async function lookHere(id: string, folder: string): Promise<DiskSpace | undefined> {
  try {
    if ((await readFile(join(folder, 'engine-id'), 'utf8')).trim() !== id) return undefined;
    const { blocks, bavail, bsize, files, ffree } = await statfs(folder);
    return spaceOf({ bsize, blocks, bavail, files, ffree });
  } catch {
    // Not on this machine, not in this container, or not for this user to see: the helper will.
    return undefined;
  }
}

function spaceOf({ bsize, blocks, bavail, files, ffree }: Record<Counted, number>): DiskSpace {
  return {
    totalBytes: blocks * bsize,
    freeBytes: bavail * bsize,
    ...(files > 0 && { files: { total: files, free: ffree } }),
  };
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
    Entrypoint: ['stat', '--file-system', '--format=%S %b %a %c %d', '/'],
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

/** What the helper prints about one file system. @throws ENGINE_REFUSED when that is something else */
export function parseDisk(words: string): DiskSpace {
  const line = /^(\d+) (\d+) (\d+) (\d+) (\d+)\s*$/.exec(words);
  if (!line) throw fault('ENGINE_REFUSED', { problem: `stat says: ${words}` });
  const [bsize = 0, blocks = 0, bavail = 0, files = 0, ffree = 0] = line.slice(1).map(Number);
  return spaceOf({ bsize, blocks, bavail, files, ffree });
}
