import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';

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
