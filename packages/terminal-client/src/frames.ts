/** First byte of a frame. docs/terminal-protocol.md specifies the protocol. */
export const FrameType = { data: 0x00, control: 0x01, snapshot: 0x02 } as const;

export const SUBPROTOCOL = 'berth.terminal.v1';

/** Role of a viewer: everything, type, or only watch. */
export type TerminalRole = 'owner' | 'assisting' | 'watching';

/** The first message of the server. */
export interface Hello {
  terminal: string;
  role: TerminalRole;
  /** Number of the first output byte of this connection. */
  offset: number;
  /** Output bytes with lower numbers were printed before this connection. */
  live: number;
  rows: number;
  cols: number;
  /** Whether the shell survives a restart of the server. */
  durable: boolean;
  /** Whether a screen snapshot precedes the output. */
  snapshot: boolean;
  /** Bytes of this client's input that the server has taken; absent if the server does not count them. */
  typed?: number;
  /** What is recorded of the terminal: only output, or also input. Tell the user. */
  recorded?: 'output' | 'input';
}

/** A viewer of the terminal. */
export interface TerminalViewer {
  id: string;
  name: string;
  role: TerminalRole;
  you: boolean;
}

/** A request that the server rejected, or the reason for closing. */
export interface TerminalProblem {
  /** A code of Berth's error catalogue. */
  code: string;
  /** A message for people, in English. */
  message: string;
  /** The values in the message. */
  details: Record<string, unknown>;
}

/** A control message of the server. */
export type ServerControl =
  | ({ type: 'hello' } & Hello)
  | { type: 'size'; rows: number; cols: number }
  | { type: 'viewers'; viewers: TerminalViewer[] }
  | { type: 'typing'; viewer: string; name: string }
  | { type: 'typed'; offset: number }
  | { type: 'exit'; code: number | null }
  | ({ type: 'error' } & TerminalProblem);

/** A control message of the client. */
export type ClientControl = { type: 'resize'; rows: number; cols: number } | { type: 'ack'; offset: number };

const encoder = new TextEncoder();

/** Maximum number of bytes of input in one frame. The server rejects larger ones. */
const INPUT_LIMIT = 65_535;

/** Splits input into frames. */
export function inputFrames(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const frames = [];
  for (let start = 0; start < bytes.length; start += INPUT_LIMIT) {
    frames.push(frame(FrameType.data, bytes.subarray(start, start + INPUT_LIMIT)));
  }
  return frames;
}

export function controlFrame(control: ClientControl): Uint8Array<ArrayBuffer> {
  return frame(FrameType.control, encoder.encode(JSON.stringify(control)));
}

function frame(type: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(payload.length + 1);
  bytes[0] = type;
  bytes.set(payload, 1);
  return bytes;
}
