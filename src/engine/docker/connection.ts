import { Agent } from 'node:http';
import type { AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { fault } from '../../core/errors.ts';
import { DEFAULT_ENGINE, parseEngineAddress } from '../engine-address.ts';
import type { EngineAddress } from '../engine-address.ts';
import { withDirectReading } from './exec/direct-reading.ts';

/** Idle connections kept for the next call; open terminals have left the pool and do not count. */
const IDLE_CONNECTIONS = 16;

/** A client of the engine together with what closes its idle connections. */
export interface EngineConnection {
  docker: Docker;
  /** The same engine, by connections for `readDirectly`; for what moves much. */
  direct: Docker;
  /** Whether it is reached over a socket of this host's. */
  local: boolean;
  close(): void;
}

/** Prepares a connection to `host` (`DOCKER_HOST`); nothing is sent yet. @throws CONFIG_INVALID */
export function connectEngine(host: string | undefined, env: NodeJS.ProcessEnv): EngineConnection {
  const target = readAddress(host || DEFAULT_ENGINE, env);
  const tls = 'protocol' in target && target.protocol === 'https';
  const pooling = createAgent(tls, { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS });
  const direct = tls ? createAgent(tls, {}) : withDirectReading(createAgent(tls, {}));
  // The library reads the environment by itself, over which each of these must win.
  const own = { host: undefined, timeout: undefined, protocol: 'http' as const, pathPrefix: '/' };
  const options = { ...own, ca: undefined, cert: undefined, key: undefined, ...target };
  const client = (agent: Agent) => new Docker(Object.assign({ agent }, options));
  return {
    docker: client(pooling),
    direct: client(direct),
    local: 'socketPath' in target,
    close() {
      pooling.destroy();
      direct.destroy();
    },
  };
}

function createAgent(tls: boolean, options: AgentOptions): Agent {
  const agent = tls ? new TlsAgent(options) : new Agent(options);
  // The library describes each request for its debug log, whether or not there is one: with all the
  // connections that an agent has, and all that hangs on these, that takes milliseconds.
  return Object.assign(agent, { [inspect.custom]: () => 'Agent' });
}

function readAddress(host: string, env: NodeJS.ProcessEnv): EngineAddress {
  try {
    return parseEngineAddress(host, env);
  } catch (error) {
    throw fault('CONFIG_INVALID', { problem: `DOCKER_HOST: ${(error as Error).message}` }, error);
  }
}
