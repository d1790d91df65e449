import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import { Agent } from 'node:http';
import type { AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { inspect } from 'node:util';
import { fault } from '../../core/errors.ts';
import { DEFAULT_ENGINE, parseEngineAddress } from '../engine-address.ts';
import type { EngineAddress } from '../engine-address.ts';

/** Idle connections to keep for the next call. Open terminals are outside the pool and do not count. */
const IDLE_CONNECTIONS = 16;

/** A client of the engine. */
export interface EngineConnection {
  docker: Docker;
  /** The same engine with connections for `readDirectly`, for large transfers. */
  direct: Docker;
  /** Whether the address is a socket of this host. */
  local: boolean;
  close(): void;
}

/** Creates a client for `host` (`DOCKER_HOST`). Sends nothing yet. @throws CONFIG_INVALID */
export function connectEngine(host: string | undefined, env: NodeJS.ProcessEnv): EngineConnection {
  const target = readAddress(host || DEFAULT_ENGINE, env);
  const tls = 'protocol' in target && target.protocol === 'https';
  const pooling = createAgent(tls, { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS });
  const direct = tls ? createAgent(tls, {}) : withDirectReading(createAgent(tls, {}));
  // The library also reads the environment; each of these options must override it.
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
  // The library formats each request for its debug log even if logging is off. With all connections of an
  // agent, that takes milliseconds.
  return Object.assign(agent, { [inspect.custom]: () => 'Agent' });
}

function readAddress(host: string, env: NodeJS.ProcessEnv): EngineAddress {
  try {
    return parseEngineAddress(host, env);
  } catch (error) {
    throw fault('CONFIG_INVALID', { problem: `DOCKER_HOST: ${(error as Error).message}` }, error);
  }
}

/**
 * Size of a connection's read buffer, in bytes: larger than Linux's default buffer of a Unix socket, 208 KiB.
 */
const MEMORY_BYTES = 256 * 1024;

/** Reads from the shared buffer, which is reused after it returns. False pauses the connection. */
type DirectReader = (bytes: Buffer) => boolean;

/** Connections with one read buffer each, and their readers. */
const direct = new WeakMap<Duplex, { reader: DirectReader | undefined }>();

/**
 * Makes the connections of `agent` read into one buffer each; Node would allocate memory for every
 * read. They are ordinary streams until {@link readDirectly} is called. Not for TLS: Node cannot pause that
 * within a decrypted record.
 */
export function withDirectReading(agent: Agent): Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES);
    const state = { reader: undefined as DirectReader | undefined };
    const callback = (length: number) => {
      const bytes = memory.subarray(0, length);
      return state.reader ? state.reader(bytes) : connection.push(Buffer.from(bytes));
    };
    const onread = { buffer: memory, callback };
    const connection = connect(Object.assign(options, { onread }), done) as Duplex;
    direct.set(connection, state);
    return connection;
  };
  return agent;
}

/**
 * Passes everything that arrives from now on to `reader`, for a connection of any kind. To continue after a
 * pause, call `connection.resume()`.
 */
export function readDirectly(connection: Duplex, reader: DirectReader): void {
  const take = (bytes: Buffer) => {
    if (!reader(bytes)) connection.pause();
  };
  const state = direct.get(connection);
  if (!state) {
    connection.on('data', take);
    return;
  }
  state.reader = reader;
  const early = connection.read() as Buffer | null;
  connection.resume();
  if (early) take(early);
}
