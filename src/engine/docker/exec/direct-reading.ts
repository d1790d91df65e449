import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';

/** One reading of a connection, in bytes: what a unix socket holds as Linux has it, 208 KiB, fits in. */
const MEMORY_BYTES = 256 * 1024;

/** Takes what has come, which lies there until it returns true; false pauses the connection. */
export type DirectReader = (bytes: Buffer) => boolean;

/** Connections that read into one piece of memory each, and who takes what is there. */
const direct = new WeakMap<Duplex, { reader: DirectReader | undefined }>();

/**
 * Makes connections of `agent` read into one piece of memory each, where Node would have a new one
 * for every reading. Until {@link readDirectly} is called they are streams as all others. Not for
 * TLS: Node does not pause that in the middle of what it has deciphered.
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
 * Has `reader` take all that comes from now on, of a connection of any kind. To go on after a pause:
 * `connection.resume()`.
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
