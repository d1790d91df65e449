import { controlFrame, FrameType, inputFrames, SUBPROTOCOL } from './frames.ts';
import type { ClientControl, ServerControl } from './frames.ts';
import { readControl } from './read-control.ts';
import { ReadyState } from './web-socket.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** What comes over one connection. */
export interface SocketListener {
  onOutput(bytes: Uint8Array): void;
  /** A part of the drawing of the screen. */
  onSnapshot(bytes: Uint8Array): void;
  onControl(control: ServerControl): void;
  /** It sent what is no control frame: whatever it is, it does not speak this protocol. */
  onNonsense(problem: string): void;
  /** Nothing more comes. */
  onClosed(closed: { code: number; reason: string }): void;
}

export interface TerminalSocket {
  /** Input that is sent after the socket closed is lost, as on its way. */
  input(bytes: Uint8Array): void;
  control(control: ClientControl): void;
  /** Closes it, and tells nothing more. */
  leave(): void;
}

/** One connection to a terminal. */
export function openSocket(options: {
  url: string;
  ticket: string;
  /** What the server is told of this client: what it has, its name, what it has sent. */
  query: Record<string, string | number | undefined>;
  WebSocket: WebSocketConstructor;
  listener: SocketListener;
}): TerminalSocket {
  const { url, ticket, query, WebSocket, listener } = options;
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  const socket = new WebSocket(`${url}?${asked.toString()}`, [SUBPROTOCOL, `berth.ticket.${ticket}`]);
  socket.binaryType = 'arraybuffer';
  let left = false;

  function hear(payload: Uint8Array): void {
    let control;
    try {
      control = readControl(payload);
    } catch (error) {
      listener.onNonsense(String(error));
      return;
    }
    if (control) listener.onControl(control);
  }

  socket.addEventListener('message', ({ data }) => {
    if (left || !(data instanceof ArrayBuffer)) return;
    const frame = new Uint8Array(data);
    const payload = frame.subarray(1);
    if (frame[0] === FrameType.data) listener.onOutput(payload);
    else if (frame[0] === FrameType.snapshot) listener.onSnapshot(payload);
    else if (frame[0] === FrameType.control) hear(payload);
  });
  socket.addEventListener('close', ({ code, reason }) => {
    if (left) return;
    left = true;
    listener.onClosed({ code, reason });
  });
  // It is followed by a close, which says as much.
  socket.addEventListener('error', () => undefined);

  return {
    input(bytes) {
      if (socket.readyState !== ReadyState.open) return;
      for (const frame of inputFrames(bytes)) socket.send(frame);
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
