/** First byte of a frame, both ways; docs/terminal-protocol.md has the whole protocol. */
export const FrameType = { data: 0x00, control: 0x01 } as const;

export const SUBPROTOCOL = 'berth.terminal.v1';

/** What the server says beside output. */
export type ServerControl =
  | { type: 'hello'; offset: number }
  | { type: 'exit'; code: number | null }
  | { type: 'error'; code: string; message: string; details: Record<string, unknown> };

/** What the browser says beside input. */
export type ClientControl = { type: 'resize'; rows: number; cols: number } | { type: 'ack'; offset: number };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Most bytes of input in one frame; the server refuses larger ones. */
const INPUT_LIMIT = 65_535;

/** What is typed or pasted, in as many frames as it takes. */
export function inputFrames(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = encoder.encode(text);
  const frames = [];
  for (let start = 0; start < bytes.length; start += INPUT_LIMIT) {
    frames.push(frame(FrameType.data, bytes.subarray(start, start + INPUT_LIMIT)));
  }
  return frames;
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
