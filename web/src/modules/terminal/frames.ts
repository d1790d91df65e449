/** First byte of a frame, both ways; docs/terminal-protocol.md has the whole protocol. */
export const FrameType = { data: 0x00, control: 0x01 } as const;

export const SUBPROTOCOL = 'berth.terminal.v1';

/** What the server says beside output. */
export type ServerControl =
  | { type: 'hello'; offset: number; rows: number; cols: number }
  | { type: 'exit'; code: number | null }
  | { type: 'error'; code: string; message: string }
  | { type: 'notice'; message: string };

/** What the browser says beside input. */
export type ClientControl = { type: 'resize'; rows: number; cols: number } | { type: 'ack'; bytes: number };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function inputFrame(text: string): Uint8Array<ArrayBuffer> {
  return frame(FrameType.data, encoder.encode(text));
}

export function controlFrame(control: ClientControl): Uint8Array<ArrayBuffer> {
  return frame(FrameType.control, encoder.encode(JSON.stringify(control)));
}

export function readControl(payload: Uint8Array): ServerControl {
  return JSON.parse(decoder.decode(payload)) as ServerControl;
}

function frame(type: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(payload.length + 1);
  bytes[0] = type;
  bytes.set(payload, 1);
  return bytes;
}
