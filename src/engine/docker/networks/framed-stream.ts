import { Duplex } from 'node:stream';
import { createDemultiplexer } from '../exec/demultiplexer.ts';
import { deferred } from '../../../core/async.ts';

/** Length of the payload, big-endian; images/gateway/connect.pl uses the same format. */
const HEADER_BYTES = 4;
/** Length of the first frame, which contains one word. */
const OPENING_LIMIT_BYTES = 16;
const LAST_FRAME = Buffer.alloc(HEADER_BYTES);

/** A connection through a gateway. */
export interface FramedStream extends Duplex {
  /** The gateway's message about the connection before its bytes; undefined if it ended without one. */
  readonly opening: Promise<string | undefined>;
}

/**
 * Converts the engine's stream of a gateway to a stream of bytes. Frames mark the end of one direction, which
 * the engine's stream cannot; without that mark, the connection failed.
 */
export function createFramedStream(engineStream: Duplex): FramedStream {
  const opening = deferred<string | undefined>();
  const frames = createFrameReader({
    opened: (word) => opening.resolve(word),
    bytes(payload) {
      if (!stream.push(payload)) engineStream.pause();
    },
    ended: () => stream.push(null),
  });
  const demultiplex = createDemultiplexer((channel, bytes) => {
    if (channel === 'stdout') frames(bytes);
  });
  const stream = new Duplex({
    read: () => void engineStream.resume(),
    write(chunk: Buffer, _encoding, done) {
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32BE(chunk.length);
      engineStream.cork();
      engineStream.write(header);
      engineStream.write(chunk, (error) => done(error));
      engineStream.uncork();
    },
    final: (done) => void engineStream.write(LAST_FRAME, (error) => done(error)),
    destroy(error, done) {
      engineStream.destroy();
      done(error);
    },
  });
  const fail = () => {
    opening.resolve(undefined);
    if (!stream.readableEnded || !stream.writableFinished) stream.destroy(new ConnectionBroken());
  };
  engineStream.on('data', demultiplex).on('error', fail).on('close', fail);
  return Object.assign(stream, { opening: opening.promise });
}

/** The error that the system reports for a socket that the other side has reset. */
class ConnectionBroken extends Error {
  readonly code = 'ECONNRESET';
  constructor() {
    super('the connection into the machine was lost');
  }
}

function createFrameReader(on: {
  opened: (word: string) => void;
  bytes: (payload: Buffer) => void;
  ended: () => void;
}): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let left = 0;
  let word: string | undefined = '';
  const take = (payload: Buffer) => {
    if (word === undefined) {
      on.bytes(payload);
      return;
    }
    word += payload.toString('latin1', 0, OPENING_LIMIT_BYTES);
    if (left > 0) return;
    on.opened(word);
    word = undefined;
  };
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const payload = chunk.subarray(at, at + left);
        at += payload.length;
        left -= payload.length;
        take(payload);
        continue;
      }
      const copied = chunk.copy(header, headerBytes, at, at + HEADER_BYTES - headerBytes);
      headerBytes += copied;
      at += copied;
      if (headerBytes < HEADER_BYTES) return;
      headerBytes = 0;
      left = header.readUInt32BE();
      if (left === 0) on.ended();
    }
  };
}
