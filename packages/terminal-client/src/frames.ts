/** First byte of a frame; docs/terminal-protocol.md has the whole protocol. */
export const FrameType = { data: 0x00, control: 0x01, snapshot: 0x02 } as const;

export const SUBPROTOCOL = 'berth.terminal.v1';

/** What somebody may do at a terminal: all, type, or look. */
export type TerminalRole = 'owner' | 'assisting' | 'watching';

/** The first thing the server says. */
export interface Hello {
  terminal: string;
  role: TerminalRole;
  /** Number of the first output byte that comes. */
  offset: number;
  /** Bytes numbered below it were printed before this connection. */
  live: number;
  rows: number;
  cols: number;
  /** Whether the shell outlives the server. */
  durable: boolean;
  /** Whether a drawing of the screen comes before the output. */
  snapshot: boolean;
  /** How many bytes of this client's input were taken, where the server counts them. */
  typed?: number;
  /** What is recorded of the terminal, where anything is: what it prints, or also what is typed. Show it. */
  recorded?: 'output' | 'input';
}

/** Somebody who is at the terminal now. */
export interface TerminalViewer {
  id: string;
  name: string;
  role: TerminalRole;
  you: boolean;
}

/** Something that the server refuses, or why it closes. */
export interface TerminalProblem {
  /** Of Berth's catalogue of errors. */
  code: string;
  /** For people, in English. */
  message: string;
  /** What the message was made of. */
  details: Record<string, unknown>;
}

/** What the server says beside output. */
export type ServerControl =
  | ({ type: 'hello' } & Hello)
  | { type: 'size'; rows: number; cols: number }
  | { type: 'viewers'; viewers: TerminalViewer[] }
  | { type: 'typing'; viewer: string; name: string }
  | { type: 'typed'; offset: number }
  | { type: 'exit'; code: number | null }
  | ({ type: 'error' } & TerminalProblem);

/** What the client says beside input. */
export type ClientControl = { type: 'resize'; rows: number; cols: number } | { type: 'ack'; offset: number };

const encoder = new TextEncoder();

/** Most bytes of input in one frame; the server refuses larger ones. */
const INPUT_LIMIT = 65_535;

/** What is typed or pasted, in as many frames as it takes. */
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
