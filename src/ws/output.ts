import type { Readable } from 'node:stream';
import type { WebSocket } from '@fastify/websocket';
import { dataFrame } from './frames.ts';

/**
 * Output that a client which acknowledges may have before it, in bytes. A browser's parser takes 5
 * to 35 MB/s, so this is at most a tenth of a second of it: what `^C` has to wait for.
 */
export const WINDOW_BYTES = 512 * 1024;
/** Where it goes on: early enough that the shell's output is never waited for. */
const WINDOW_LOW_BYTES = WINDOW_BYTES / 2;

/** Output that waits for the network in this process, in bytes; all there is for a client that never acknowledges. */
const BUFFERED_HIGH_BYTES = 256 * 1024;
const BUFFERED_LOW_BYTES = 64 * 1024;

/** Most that is gathered into one frame, in bytes: two reads of the engine's connection. */
const GATHER_BYTES = 64 * 1024;

const SEND_OPTIONS = { binary: true, compress: false };

export interface Output {
  /** Sends what is gathered now. */
  flush(): void;
  /** The client has taken all output before `offset`. What was not sent yet can not be acknowledged. */
  acknowledge(offset: number): void;
  /** Takes nothing more from the stream. */
  stop(): void;
}

/**
 * Carries a shell's output to a socket. The first chunk of a turn of the event loop goes at once,
 * what follows in the same turn goes together, so a key's echo never waits for a timer. The stream
 * is paused while the client, or the network, has too much before it, and that holds the shell back.
 */
export function carryOutput(options: {
  stream: Readable;
  socket: WebSocket;
  onActivity: () => void;
}): Output {
  const { stream, socket, onActivity } = options;
  let sent = 0;
  let acknowledged = 0;
  /** The window is in force from a client's first ack on: clients that know none see all output too. */
  let acknowledges = false;
  let paused = false;
  let inTurn = false;
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;

  const ahead = () => (acknowledges ? sent - acknowledged : 0);

  function resumeIfTaken(): void {
    if (!paused || ahead() > WINDOW_LOW_BYTES || socket.bufferedAmount > BUFFERED_LOW_BYTES) return;
    paused = false;
    stream.resume();
  }

  function pauseIfBehind(): void {
    if (paused || (ahead() <= WINDOW_BYTES && socket.bufferedAmount <= BUFFERED_HIGH_BYTES)) return;
    paused = true;
    stream.pause();
  }

  function send(chunks: readonly Buffer[], bytes: number): void {
    sent += bytes;
    // Called also when the socket closed meanwhile; the connection learns that by its own event.
    socket.send(dataFrame(chunks, bytes), SEND_OPTIONS, resumeIfTaken);
    pauseIfBehind();
  }

  function flush(): void {
    if (gatheredBytes === 0) return;
    const chunks = gathered;
    const bytes = gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
    send(chunks, bytes);
  }

  function endTurn(): void {
    inTurn = false;
    flush();
  }

  function onData(chunk: Buffer): void {
    onActivity();
    if (!inTurn) {
      inTurn = true;
      setImmediate(endTurn);
      send([chunk], chunk.length);
      return;
    }
    gathered.push(chunk);
    gatheredBytes += chunk.length;
    if (gatheredBytes >= GATHER_BYTES) flush();
  }

  stream.on('data', onData);

  return {
    flush,
    acknowledge(offset) {
      acknowledges = true;
      acknowledged = Math.max(acknowledged, Math.min(offset, sent));
      resumeIfTaken();
      pauseIfBehind();
    },
    stop() {
      stream.off('data', onData);
      gathered = [];
      gatheredBytes = 0;
    },
  };
}
