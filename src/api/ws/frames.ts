import { fault } from '../../core/errors.ts';
import type { FaultDetails } from '../../core/errors.ts';
import type { TerminalSize } from '../../domains/terminals/terminal.ts';
import type { ViewerRole } from '../../domains/terminals/terminal.ts';

/** First byte of every frame, in both directions. */
const FRAME_DATA = 0x00;
const FRAME_CONTROL = 0x01;
const FRAME_SNAPSHOT = 0x02;

/** Maximum size of a client's frame in bytes, including its type: enough for a paste, and too little to fill memory. */
export const MAX_CLIENT_FRAME = 64 * 1024;

/** Maximum output in one frame of the server, in bytes. */
export const MAX_SERVER_BYTES = 128 * 1024;

/** Maximum size of a client's control frame in bytes: more than ten times the largest valid one. */
const MAX_CONTROL_BYTES = 1024;

/** Control messages of the server. */
export type ServerControl =
  | ({
      type: 'hello';
      terminal: string;
      role: ViewerRole;
      offset: number;
      live: number;
      window: number;
      durable: boolean;
      snapshot: boolean;
      typed?: number;
      recorded?: 'output' | 'input';
    } & TerminalSize)
  | { type: 'viewers'; viewers: { id: string; name: string; role: ViewerRole; you: boolean }[] }
  | { type: 'typing'; viewer: string; name: string }
  | ({ type: 'size' } & TerminalSize)
  | { type: 'typed'; offset: number }
  | { type: 'exit'; code: number | null }
  | { type: 'error'; code: string; message: string; details: FaultDetails; retry: boolean };

/** A parsed but unchecked frame of a client: the service checks sizes. */
type ClientFrame =
  | { type: 'input'; bytes: Buffer }
  | { type: 'resize'; rows: unknown; cols: unknown }
  | { type: 'ack'; offset: number };

/** Creates a frame for this many bytes of output. The caller writes them from the second byte on. */
export function outputFrame(bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(1 + bytes);
  frame[0] = FRAME_DATA;
  return frame;
}

/** Splits a screen snapshot into frames. */
export function* snapshotFrames(snapshot: Buffer): Generator<Buffer> {
  for (let at = 0; at < snapshot.length; at += MAX_SERVER_BYTES) {
    yield Buffer.concat([Buffer.of(FRAME_SNAPSHOT), snapshot.subarray(at, at + MAX_SERVER_BYTES)]);
  }
}

export function controlFrame(control: ServerControl): Buffer {
  return Buffer.concat([Buffer.of(FRAME_CONTROL), Buffer.from(JSON.stringify(control))]);
}

/** Reads a client's frame. Ignores unknown keys, so that later clients may send more. @throws FRAME_INVALID */
export function readClientFrame(frame: Buffer): ClientFrame {
  const type = frame[0];
  if (type === undefined)
    throw fault('FRAME_INVALID', { problem: 'it is empty, but the first byte must be its type' });
  if (type === FRAME_DATA) return { type: 'input', bytes: frame.subarray(1) };
  if (type === FRAME_CONTROL) return readControl(frame.subarray(1));
  throw fault('FRAME_INVALID', { problem: `its type is ${type}, but must be 0 (input) or 1 (control)` });
}

function readControl(payload: Buffer): ClientFrame {
  if (payload.length > MAX_CONTROL_BYTES) {
    throw fault('FRAME_INVALID', { problem: `a control frame can have at most ${MAX_CONTROL_BYTES} bytes` });
  }
  const control = parseObject(payload);
  switch (control['type']) {
    case 'resize':
      return { type: 'resize', rows: control['rows'], cols: control['cols'] };
    case 'ack': {
      const offset = control['offset'];
      if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
        throw fault('FRAME_INVALID', { problem: 'the "offset" of an ack must be an integer, 0 or more' });
      }
      return { type: 'ack', offset };
    }
    default:
      throw fault('FRAME_INVALID', { problem: 'the "type" of a control frame must be "resize" or "ack"' });
  }
}

function parseObject(payload: Buffer): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    throw fault('FRAME_INVALID', { problem: 'a control frame must contain JSON in UTF-8' }, error);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw fault('FRAME_INVALID', { problem: 'a control frame must contain one JSON object' });
  }
  return parsed as Record<string, unknown>;
}
