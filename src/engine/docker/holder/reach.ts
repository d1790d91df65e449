import type Docker from 'dockerode';
import { call } from '../faults.ts';
import { hasHolder } from './holder-volume.ts';
import { isOnThisHost } from './machine-socket.ts';

/** A machine with the agent's programs, whose sockets this process can access. */
export interface ReachedMachine {
  docker: Docker;
  id: string;
  /** Id on the host of the machine's first process. */
  pid: number;
}

/** Finds a machine; undefined if it is accessible only through the engine. @throws CONTAINER_NOT_FOUND */
export type Reach = (machineId: string) => Promise<ReachedMachine | undefined>;

/** Returns the function that finds machines; without `wanted` it finds none. */
export function createReach({ docker, wanted }: { docker: Docker; wanted: boolean }): Reach {
  return async (machineId) => {
    if (!wanted) return undefined;
    const { Id: id, State, HostConfig } = await call(() => docker.getContainer(machineId).inspect());
    const machine = { docker, id, pid: State.Pid };
    return hasHolder(HostConfig.Binds) && (await isOnThisHost(machine)) ? machine : undefined;
  };
}
