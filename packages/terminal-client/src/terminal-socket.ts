import { controlFrame, FrameType, inputFrames, readControl, SUBPROTOCOL } from './frames.ts';
import type { ClientControl, ServerControl } from './frames.ts';
import { ReadyState } from './web-socket.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** What comes over one connection. */
export interface SocketListener {
  onOutput(bytes: Uint8Array): void;
  /** A part of the drawing of the screen. */
  onSnapshot(bytes: Uint8Array): void;
  onControl(control: ServerControl): void;
  /** Nothing more comes. */
  onClosed(closed: { code: number; reason: string }): void;
}

export interface TerminalSocket {
  /** Bytes of input that wait for the network, or for a shell that does not read. */
  readonly waiting: number;
  /** False when it is not open any more: nothing was sent then. */
  input(bytes: Uint8Array): boolean;
  control(control: ClientControl): void;
  /** Closes it, and tells nothing more. */
  leave(): void;
}

/** One connection to a terminal. */
export function openSocket(options: {
  url: string;
  ticket: string;
  from: number | undefined;
  WebSocket: WebSocketConstructor;
  listener: SocketListener;
}): TerminalSocket {
  const { url, ticket, from, WebSocket, listener } = options;
  const address = from === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}from=${from}`;
  const socket = new WebSocket(address, [SUBPROTOCOL, `berth.ticket.${ticket}`]);
  socket.binaryType = 'arraybuffer';
  let left = false;

  socket.addEventListener('message', ({ data }) => {
    if (left || !(data instanceof ArrayBuffer)) return;
    const frame = new Uint8Array(data);
    const payload = frame.subarray(1);
    if (frame[0] === FrameType.data) listener.onOutput(payload);
    else if (frame[0] === FrameType.snapshot) listener.onSnapshot(payload);
    else if (frame[0] === FrameType.control) listener.onControl(readControl(payload));
  });
  socket.addEventListener('close', ({ code, reason }) => {
    if (left) return;
    left = true;
    listener.onClosed({ code, reason });
  });
  // It is followed by a close, which says as much.
  socket.addEventListener('error', () => undefined);

  return {
    get waiting() {
      return socket.bufferedAmount;
    },
    input(bytes) {
      if (socket.readyState !== ReadyState.open) return false;
      for (const frame of inputFrames(bytes)) socket.send(frame);
      return true;
    },
    control(control) {
      if (socket.readyState === ReadyState.open) socket.send(controlFrame(control));
    },
    leave() {
      left = true;
      // Closed on its way, a socket is reported by browsers as one that failed.
      if (socket.readyState === ReadyState.connecting)
        socket.addEventListener('open', () => socket.close(1000));
      else socket.close(1000);
    },
  };
}
