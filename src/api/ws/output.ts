import type { WebSocket } from '@fastify/websocket';
import type { AttachedTerminal } from '../../domains/terminals/terminal.ts';
import { MAX_SERVER_BYTES, outputFrame } from './frames.ts';

/**
 * Maximum unacknowledged output in bytes, for clients that acknowledge. A browser parses 5 to 35 MB/s, so it takes at
 * most a tenth of a second, which is how long `^C` waits for its effect.
 */
export const WINDOW_BYTES = 512 * 1024;
/** Unacknowledged bytes below which sending resumes: early enough that the client never waits for output. */
const WINDOW_LOW_BYTES = WINDOW_BYTES / 2;

/** Maximum output in bytes that waits for the network in this process. The only limit for clients that never acknowledge. */
const BUFFERED_HIGH_BYTES = 256 * 1024;
const BUFFERED_LOW_BYTES = 64 * 1024;

/** Maximum output that is collected in one turn of the event loop, in bytes. */
const BATCH_BYTES = 64 * 1024;

const SEND_OPTIONS = { binary: true, compress: false };

export interface Output {
  /** Sends new output, immediately or together with more output of this turn. */
  more(): void;
  /** Sends all output now, regardless of the limits. */
  flush(): void;
  /** Records that the client has processed all output before `offset`. Ignores output that was not sent yet. */
  acknowledge(offset: number): void;
  /** Stops, and returns the offset up to which the client has certainly received the output. */
  stop(): number;
}

/**
 * Sends a terminal's output to a socket. The first output of a turn of the event loop is sent immediately, and the rest
 * of the turn together, so the echo of a key never waits for a timer. While too much output is in flight, nothing is
 * sent and the terminal is notified. Calls `onLost` if the next output is no longer buffered.
 */
export function forwardOutput(options: {
  terminal: Pick<AttachedTerminal, 'output' | 'start' | 'typed' | 'setPaused'>;
  socket: WebSocket;
  onLost: () => void;
}): Output {
  const { terminal, socket, onLost } = options;
  const { output, start } = terminal;
  let sent = start.offset;
  let acknowledged = start.offset;
  /**
   * The window applies to clients with a name, and to others from their first ack on. Clients that never send an ack
   * get all output.
   */
  let acknowledges = terminal.typed !== undefined;
  let isPaused = false;
  let isBatching = false;
  let over = false;

  const ahead = () => (acknowledges ? sent - acknowledged : 0);
  const isBehind = () => ahead() > WINDOW_BYTES || socket.bufferedAmount > BUFFERED_HIGH_BYTES;
  const hasCapacity = () => ahead() <= WINDOW_LOW_BYTES && socket.bufferedAmount <= BUFFERED_LOW_BYTES;

  function setPaused(paused: boolean): void {
    if (isPaused === paused) return;
    isPaused = paused;
    terminal.setPaused(paused);
  }

  function sendNext(): void {
    const frame = outputFrame(Math.min(output.next - sent, MAX_SERVER_BYTES));
    sent += output.copy(sent, frame, 1);
    // The callback also runs if the socket has closed, which its own event handles.
    socket.send(frame, SEND_OPTIONS, resume);
  }

  function send(bounded: boolean): void {
    while (!over && sent < output.next) {
      if (sent < output.first) return lose();
      sendNext();
      if (bounded && isBehind()) return setPaused(true);
    }
  }

  function lose(): void {
    over = true;
    onLost();
  }

  function resume(): void {
    if (over || !isPaused || !hasCapacity()) return;
    setPaused(false);
    send(true);
  }

  function endTurn(): void {
    isBatching = false;
    if (!isPaused) send(true);
  }

  return {
    more() {
      if (isPaused || over) return;
      if (isBatching) {
        if (output.next - sent >= BATCH_BYTES) send(true);
        return;
      }
      isBatching = true;
      setImmediate(endTurn);
      send(true);
    },
    flush: () => send(false),
    acknowledge(offset) {
      acknowledges = true;
      acknowledged = Math.max(acknowledged, Math.min(offset, sent));
      if (isBehind()) setPaused(true);
      else resume();
    },
    stop() {
      over = true;
      return acknowledges ? acknowledged : sent;
    },
  };
}
