import { controlFrame, FrameType, inputFrame, readControl, SUBPROTOCOL } from './frames.ts';

/** What becomes of a terminal, for whoever shows it. */
export interface TerminalListener {
  /** Raw output; call `taken` once it is shown. */
  onOutput(bytes: Uint8Array, taken: () => void): void;
  /** The shell has ended, or the connection is lost; `again` says whether another may be opened. */
  onEnd(end: { message: string }): void;
}

export interface TerminalSocket {
  input(text: string): void;
  resize(rows: number, cols: number): void;
  close(): void;
}

/** Output is acknowledged in pieces of this many bytes: seldom enough to cost nothing, often enough to keep the flow. */
const ACK_BYTES = 5_000;

/** Connects to a terminal that `openTerminal` made. */
export function connectTerminal(url: string, ticket: string, listener: TerminalListener): TerminalSocket {
  const address = new URL(url);
  address.searchParams.set('ticket', ticket);
  const socket = new WebSocket(address, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  let unacknowledged = 0;
  let ended = false;

  function end(message: string) {
    if (ended) return;
    ended = true;
    listener.onEnd({ message });
  }

  function taken(bytes: number) {
    unacknowledged += bytes;
    if (unacknowledged < ACK_BYTES || socket.readyState !== WebSocket.OPEN) return;
    socket.send(controlFrame({ type: 'ack', bytes: unacknowledged }));
    unacknowledged = 0;
  }

  socket.addEventListener('message', (event: MessageEvent<ArrayBuffer>) => {
    const bytes = new Uint8Array(event.data);
    const payload = bytes.subarray(1);
    if (bytes[0] === FrameType.data) {
      listener.onOutput(payload, () => taken(payload.length));
      return;
    }
    const control = readControl(payload);
    if (control.type === 'exit') end(`The shell ended${control.code ? ` with ${control.code}` : ''}.`);
    if (control.type === 'error') end(control.message);
  });
  socket.addEventListener('close', () => end('The connection was lost.'));

  return {
    input(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(inputFrame(text));
    },
    resize(rows, cols) {
      if (socket.readyState === WebSocket.OPEN) socket.send(controlFrame({ type: 'resize', rows, cols }));
    },
    close() {
      ended = true;
      socket.close(1000);
    },
  };
}
