import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { fault } from '../../errors.ts';
import { DEFAULT_ENGINE, parseEngineAddress } from '../engine-address.ts';
import type { EngineAddress } from '../engine-address.ts';

/** Idle connections kept for the next call; open terminals have left the pool and do not count. */
const IDLE_CONNECTIONS = 16;

/** A client of the engine together with what closes its idle connections. */
export interface EngineConnection {
  docker: Docker;
  close(): void;
}

/** Prepares a connection to `host` (`DOCKER_HOST`); nothing is sent yet. @throws CONFIG_INVALID */
export function connectEngine(host: string | undefined, env: NodeJS.ProcessEnv): EngineConnection {
  const target = readAddress(host || DEFAULT_ENGINE, env);
  const pool = { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS };
  const tls = 'protocol' in target && target.protocol === 'https';
  const agent = tls ? new TlsAgent(pool) : new Agent(pool);
  // The library describes each request for its debug log, whether or not there is one: with all the
  // connections that an agent has, and all that hangs on these, that takes milliseconds.
  Object.assign(agent, { [inspect.custom]: () => 'Agent' });
  // The library reads the environment by itself, over which each of these must win.
  const own = { host: undefined, timeout: undefined, protocol: 'http' as const, pathPrefix: '/' };
  const options = { ...own, ca: undefined, cert: undefined, key: undefined, ...target, agent };
  const docker = new Docker(options);
  return { docker, close: () => agent.destroy() };
}

function readAddress(host: string, env: NodeJS.ProcessEnv): EngineAddress {
  try {
    return parseEngineAddress(host, env);
  } catch (error) {
    throw fault('CONFIG_INVALID', { problem: `DOCKER_HOST: ${(error as Error).message}` }, error);
  }
}
