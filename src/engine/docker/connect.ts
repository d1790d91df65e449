import Dockerode from 'dockerode';
import { parseEngineAddress } from '../engine-address.ts';

/** A client of the engine at `address`; it connects with the first request. */
export function connectDocker(address: string): Dockerode {
  const target = parseEngineAddress(address, process.env);
  // The library has its own reading of DOCKER_HOST, over which each of these must win.
  return 'socketPath' in target
    ? new Dockerode({ host: undefined, socketPath: target.socketPath })
    : new Dockerode({ ...target });
}
