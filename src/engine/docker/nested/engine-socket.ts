import type Docker from 'dockerode';
import { fault } from '../../../errors.ts';
import { ENGINE_SOCKET } from '../../engine-checkers.ts';
import { labelsOf } from '../labels.ts';
import { readPasswd, resolveUserId } from '../machine-user.ts';
import { createVolume } from '../volume.ts';
import type { VolumeOwner } from '../volume.ts';

/** Folder in which the engine of a machine listens for trusted checks too. */
const FOLDER = ENGINE_SOCKET.slice(0, ENGINE_SOCKET.lastIndexOf('/'));
/** A socket and nothing else fits in: a socket takes no room. In bytes. */
const FOLDER_BYTES = 64 * 1024;
/** In memory; whoever runs the engine may make the socket. */
const OPTIONS = { type: 'tmpfs', device: 'tmpfs', o: `size=${FOLDER_BYTES},mode=1777,nosuid,nodev,noexec` };

/** Makes the volume in which a machine's engine listens; how the machine mounts it. @throws ENGINE_REFUSED */
export async function createEngineSocket(
  docker: Docker,
  { installation, environmentId, made }: VolumeOwner,
  machine: string,
): Promise<string> {
  const name = `berth-${environmentId}-${machine}-engine`;
  const belonging = { environment: environmentId, machine, attempt: made.attempt };
  await createVolume(docker, name, { labels: labelsOf(installation, 'volume', belonging), options: OPTIONS });
  return `${name}:${FOLDER}:nocopy`;
}

/** How a checker comes to the engine of a machine, and the number of the user who may: whoever runs that engine. */
export interface EngineAccess {
  bind: string;
  uid: number;
}

/** @throws ENGINE_REFUSED for a machine without an engine of its own */
export async function engineAccess(
  docker: Docker,
  { Id, Config, HostConfig }: Docker.ContainerInspectInfo,
): Promise<EngineAccess> {
  const [volume] = (HostConfig.Binds ?? []).flatMap((bind) => {
    const [name = '', folder] = bind.split(':');
    return folder === FOLDER ? [name] : [];
  });
  const uid = resolveUserId(Config.User, await readPasswd(docker.getContainer(Id)));
  if (volume !== undefined && uid) return { bind: `${volume}:${FOLDER}:ro,nocopy`, uid };
  throw fault('ENGINE_REFUSED', {
    problem:
      'the machine has no engine that trusted checks can ask: its profile must be nested, and one that an earlier Berth started must be started again',
  });
}
