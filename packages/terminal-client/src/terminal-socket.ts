import { controlFrame, FrameType, inputFrames, SUBPROTOCOL } from './frames.ts';
import type { ClientControl, ServerControl } from './frames.ts';
import { readControl } from './read-control.ts';

/** The parts of a WebSocket that this package uses. Those of browsers, Node and the package `ws` have them. */
export interface AnyWebSocket {
  binaryType: string;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => AnyWebSocket;

/** Values of `readyState`. */
export const ReadyState = { connecting: 0, open: 1 } as const;

/** Callbacks for one connection. */
export interface SocketListener {
  onOutput(bytes: Uint8Array): void;
  /** A part of a screen snapshot. */
  onSnapshot(bytes: Uint8Array): void;
  onControl(control: ServerControl): void;
  /** The server sent an invalid control frame, so it does not speak this protocol. */
  onInvalidFrame(problem: string): void;
  /** The server closed the connection. */
  onClosed(closed: { code: number; reason: string }): void;
}

export interface TerminalSocket {
  /** Sends input. Input for a closed socket is lost, as if in transit. */
  input(bytes: Uint8Array): void;
  control(control: ClientControl): void;
  /** Closes the connection. No callback is called after this. */
  close(): void;
}

/** Opens one connection to a terminal. */
export function openSocket(options: {
  url: string;
  ticket: string;
  /** Query parameters: the output received, the client's id, and the input sent. */
  query: Record<string, string | number | undefined>;
  WebSocket: WebSocketConstructor;
  listener: SocketListener;
}): TerminalSocket {
  const { url, ticket, query, WebSocket, listener } = options;
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  const socket = new WebSocket(`${url}?${asked.toString()}`, [SUBPROTOCOL, `berth.ticket.${ticket}`]);
  socket.binaryType = 'arraybuffer';
  let closed = false;

  function receive(payload: Uint8Array): void {
    let control;
    try {
      control = readControl(payload);
    } catch (error) {
      listener.onInvalidFrame(String(error));
      return;
    }
    if (control) listener.onControl(control);
  }

  socket.addEventListener('message', ({ data }) => {
    if (closed || !(data instanceof ArrayBuffer)) return;
    const frame = new Uint8Array(data);
    const payload = frame.subarray(1);
    if (frame[0] === FrameType.data) listener.onOutput(payload);
    else if (frame[0] === FrameType.snapshot) listener.onSnapshot(payload);
    else if (frame[0] === FrameType.control) receive(payload);
  });
  socket.addEventListener('close', ({ code, reason }) => {
    if (closed) return;
    closed = true;
    listener.onClosed({ code, reason });
  });
  // A close event with the same information follows.
  socket.addEventListener('error', () => undefined);

  return {
    input(bytes) {
      if (socket.readyState !== ReadyState.open) return;
      for (const frame of inputFrames(bytes)) socket.send(frame);
    },
    control(control) {
      if (socket.readyState === ReadyState.open) socket.send(controlFrame(control));
    },
    close() {
      closed = true;
      // Browsers log an error if a socket is closed while it connects.
      if (socket.readyState === ReadyState.connecting)
        socket.addEventListener('open', () => socket.close(1000));
      else socket.close(1000);
    },
  };
}
