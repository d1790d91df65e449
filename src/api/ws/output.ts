import type { WebSocket } from '@fastify/websocket';
import type { AttachedTerminal } from '../../domains/terminals/terminal.ts';
import { MAX_SERVER_BYTES, outputFrame } from './frames.ts';

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

/** Most that is gathered in one turn of the event loop, in bytes. */
const GATHER_BYTES = 64 * 1024;

const SEND_OPTIONS = { binary: true, compress: false };

export interface Output {
  /** There may be more: sends it, at once or with what follows in this turn. */
  more(): void;
  /** Sends all there is now, however much is under way. */
  flush(): void;
  /** The client has taken all output before `offset`. What was not sent yet cannot be acknowledged. */
  acknowledge(offset: number): void;
  /** Takes nothing more; all output before this number is surely with the client. */
  stop(): number;
}

/**
 * Carries a terminal's output to a socket. The first of a turn of the event loop goes at once,
 * what follows in the same turn goes together, so a key's echo never waits for a timer. While the client,
 * or the network, has too much before it, nothing is sent and the terminal is told. `onLost` is called
 * when what comes next is no longer kept.
 */
export function carryOutput(options: {
  terminal: Pick<AttachedTerminal, 'output' | 'start' | 'typed' | 'setPaused'>;
  socket: WebSocket;
  onLost: () => void;
}): Output {
  const { terminal, socket, onLost } = options;
  const { output, start } = terminal;
  let sent = start.offset;
  let acknowledged = start.offset;
  /** The window is in force for clients with a name, and from a client's first ack on: clients that know none see all output too. */
  let acknowledges = terminal.typed !== undefined;
  let holding = false;
  let inTurn = false;
  let over = false;

  const ahead = () => (acknowledges ? sent - acknowledged : 0);
  const isBehind = () => ahead() > WINDOW_BYTES || socket.bufferedAmount > BUFFERED_HIGH_BYTES;
  const hasRoom = () => ahead() <= WINDOW_LOW_BYTES && socket.bufferedAmount <= BUFFERED_LOW_BYTES;

  function hold(held: boolean): void {
    if (holding === held) return;
    holding = held;
    terminal.setPaused(held);
  }

  function sendNext(): void {
    const frame = outputFrame(Math.min(output.next - sent, MAX_SERVER_BYTES));
    sent += output.copy(sent, frame, 1);
    // Called also when the socket closed meanwhile; the connection learns that by its own event.
    socket.send(frame, SEND_OPTIONS, goOn);
  }

  function send(bounded: boolean): void {
    while (!over && sent < output.next) {
      if (sent < output.first) return lose();
      sendNext();
      if (bounded && isBehind()) return hold(true);
    }
  }

  function lose(): void {
    over = true;
    onLost();
  }

  function goOn(): void {
    if (over || !holding || !hasRoom()) return;
    hold(false);
    send(true);
  }

  function endTurn(): void {
    inTurn = false;
    if (!holding) send(true);
  }

  return {
    more() {
      if (holding || over) return;
      if (inTurn) {
        if (output.next - sent >= GATHER_BYTES) send(true);
        return;
      }
      inTurn = true;
      setImmediate(endTurn);
      send(true);
    },
    flush: () => send(false),
    acknowledge(offset) {
      acknowledges = true;
      acknowledged = Math.max(acknowledged, Math.min(offset, sent));
      if (isBehind()) hold(true);
      else goOn();
    },
    stop() {
      over = true;
      return acknowledges ? acknowledged : sent;
    },
  };
}
