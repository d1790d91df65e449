import type Docker from 'dockerode';
import { call } from '../faults.ts';
import { hasHolder } from './holder-volume.ts';
import { isOnThisHost } from './machine-socket.ts';

/** A machine in which this process can reach sockets, and which has the programs that make them. */
export interface ReachedMachine {
  docker: Docker;
  id: string;
  /** Process of the host that is the first in the machine. */
  pid: number;
}

/** Finds a machine; undefined where it cannot be reached but through the engine. @throws CONTAINER_NOT_FOUND */
export type Reach = (machineId: string) => Promise<ReachedMachine | undefined>;

/** How machines are reached; none is where it is not `wanted`. */
export function createReach({ docker, wanted }: { docker: Docker; wanted: boolean }): Reach {
  return async (machineId) => {
    if (!wanted) return undefined;
    const { Id: id, State, HostConfig } = await call(() => docker.getContainer(machineId).inspect());
    const machine = { docker, id, pid: State.Pid };
    return hasHolder(HostConfig.Binds) && (await isOnThisHost(machine)) ? machine : undefined;
  };
}
