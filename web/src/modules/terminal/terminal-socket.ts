import { controlFrame, FrameType, inputFrames, readControl, SUBPROTOCOL } from './frames.ts';
import type { ServerControl } from './frames.ts';
import { worded } from '../api/worded.ts';
import { textsNow } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

/** What becomes of a terminal, for whoever shows it. */
export interface TerminalListener {
  /** The shell takes input from now on. */
  onOpen(): void;
  /** Raw output; call `taken` once it is shown. */
  onOutput(bytes: Uint8Array, taken: () => void): void;
  /** The shell has ended, or the connection is lost: what to tell. */
  onEnd(end: { message: string }): void;
}

export interface TerminalSocket {
  input(text: string): void;
  resize(rows: number, cols: number): void;
  close(): void;
}

/** Output is acknowledged each time this many bytes are shown: an eighth of what the server lets be underway. */
const ACK_BYTES = 65_536;

/** Connects to a terminal that `openTerminal` made. */
export function connectTerminal(url: string, ticket: string, listener: TerminalListener): TerminalSocket {
  const socket = new WebSocket(url, [SUBPROTOCOL, `berth.ticket.${ticket}`]);
  socket.binaryType = 'arraybuffer';
  let offset = 0;
  let acknowledged = 0;
  let ended = false;

  function end(message: string) {
    if (ended) return;
    ended = true;
    listener.onEnd({ message });
  }

  function acknowledge() {
    if (socket.readyState !== WebSocket.OPEN) return;
    acknowledged = offset;
    socket.send(controlFrame({ type: 'ack', offset }));
  }

  function taken(bytes: number) {
    offset += bytes;
    if (offset - acknowledged >= ACK_BYTES) acknowledge();
  }

  function obey(control: ServerControl) {
    if (control.type === 'hello') {
      offset = control.offset;
      // From the first acknowledgement on the server minds how much is underway.
      acknowledge();
      listener.onOpen();
    }
    if (control.type === 'exit') end(textsNow(terminalTexts).ended(control.code));
    // A size that can not be is said and forgotten; every other error ends the connection.
    if (control.type === 'error' && control.code !== 'TERMINAL_SIZE_INVALID') end(worded(control));
  }

  socket.addEventListener('message', (event: MessageEvent<ArrayBuffer>) => {
    if (ended) return;
    const bytes = new Uint8Array(event.data);
    const payload = bytes.subarray(1);
    if (bytes[0] === FrameType.data) {
      listener.onOutput(payload, () => taken(payload.length));
      return;
    }
    if (bytes[0] === FrameType.control) obey(readControl(payload));
  });
  socket.addEventListener('close', () => end(textsNow(terminalTexts).lost));

  return {
    input(text) {
      if (socket.readyState !== WebSocket.OPEN) return;
      for (const frame of inputFrames(text)) socket.send(frame);
    },
    resize(rows, cols) {
      if (socket.readyState === WebSocket.OPEN) socket.send(controlFrame({ type: 'resize', rows, cols }));
    },
    close() {
      ended = true;
      // Closed on its way, a socket is reported as one that failed.
      if (socket.readyState === WebSocket.CONNECTING)
        socket.addEventListener('open', () => socket.close(1000));
      else socket.close(1000);
    },
  };
}
