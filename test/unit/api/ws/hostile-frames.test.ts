import { test } from 'tap';
import { readControl } from 'berth-terminal-client/read-control';
import { createHolderReader } from '../../../../src/engine/docker/holder/holder-messages.ts';
import { isFault } from '../../../../src/core/errors.ts';
import { requireTerminalSize } from '../../../../src/domains/terminals/terminal.ts';
import { readClientFrame } from '../../../../src/api/ws/frames.ts';
import { fuzzFrames } from '../../../kit/fuzz/fuzz.ts';
import { aliveBytes } from '../../../kit/fuzz/garbage.ts';

/** Memory in use after a million frames, in bytes: compiled code, and nothing that belongs to the frames. */
const MOST_KEPT = 4 * 1024 * 1024;

/** Set another seed for a longer run. */
const SEED = Number(process.env['BERTH_TEST_SEED'] ?? 1);

const json = (text: string) => Buffer.from(`\u0001${text}`);

/**
 * Passes this many frames to `read`, which names the result. Returns the count of each result, and the memory still in
 * use.
 */
function readAll(seeds: readonly Buffer[], frames: number, read: (frame: Buffer) => string) {
  const outcomes: Record<string, number> = {};
  let before = 0;
  let count = 0;
  const { stackTraceLimit } = Error;
  // Most frames cause an error, whose stack trace would take most of the time.
  Error.stackTraceLimit = 0;
  try {
    for (const frame of fuzzFrames(seeds, { frames, seed: SEED })) {
      // By then all code is loaded and compiled.
      if (count++ === frames / 10) before = aliveBytes();
      const outcome = read(frame);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    return { outcomes, kept: aliveBytes() - before };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

await test('each of 500,000 random or mutated client frames is read or rejected, and none is kept', (t) => {
  const seeds = [
    json('{"type":"ack","offset":12}'),
    json('{"type":"resize","rows":24,"cols":80}'),
    Buffer.from('\u0000ls -l\r'),
  ];
  const { outcomes, kept } = readAll(seeds, 500_000, (bytes) => {
    try {
      const frame = readClientFrame(bytes);
      if (frame.type === 'input') return frame.bytes.equals(bytes.subarray(1)) ? 'input' : 'other input';
      if (frame.type === 'ack')
        return Number.isSafeInteger(frame.offset) && frame.offset >= 0 ? 'ack' : 'wrong ack';
      requireTerminalSize(frame);
      return 'resize';
    } catch (error) {
      return isFault(error) ? error.code : `thrown: ${String(error)}`;
    }
  });
  t.same(Object.keys(outcomes).toSorted(), [
    'FRAME_INVALID',
    'TERMINAL_SIZE_INVALID',
    'ack',
    'input',
    'resize',
  ]);
  t.ok(kept < MOST_KEPT, `${kept} bytes kept`);
  t.end();
});

await test('a client reads or rejects each of 250,000 random or mutated server frames', (t) => {
  const seeds = [
    '{"type":"hello","terminal":"t","role":"owner","offset":0,"live":0,"window":1,"rows":24,"cols":80,"durable":true,"snapshot":false}',
    '{"type":"viewers","viewers":[{"id":"v","name":"Ada","role":"owner","you":true}]}',
    '{"type":"typed","offset":3}',
    '{"type":"exit","code":null}',
    '{"type":"error","code":"INTERNAL","message":"no","details":{},"retry":true}',
  ].map((text) => Buffer.from(text));
  const { outcomes, kept } = readAll(seeds, 250_000, (bytes) => {
    try {
      return readControl(bytes)?.type ?? 'unknown';
    } catch (error) {
      return error instanceof TypeError || error instanceof SyntaxError
        ? error.name
        : `thrown: ${String(error)}`;
    }
  });
  t.same(Object.keys(outcomes).toSorted(), [
    'SyntaxError',
    'TypeError',
    'error',
    'exit',
    'hello',
    'typed',
    'unknown',
    'viewers',
  ]);
  t.ok(kept < MOST_KEPT, `${kept} bytes kept`);
  t.end();
});

await test('each of 250,000 random or mutated machine messages is read or ends the stream', (t) => {
  const seeds = ['h\0\0\u0009a 0 0 0 0', 'o\0\0\u0003abc', 'x\0\0\u00010', 'f\0\0\u0002no'].map((text) =>
    Buffer.from(text, 'latin1'),
  );
  const received: Record<string, number> = {};
  const record = (name: string) => (received[name] = (received[name] ?? 0) + 1);
  const start = () => {
    const state = { over: false, afterwards: 0 };
    const reported = (name: string) => {
      if (state.over) state.afterwards += 1;
      record(name);
    };
    const read = createHolderReader({
      output: (bytes) => reported(bytes.length > 0 ? 'output' : 'nothing'),
      words: (kind) => reported(kind),
      nonsense: () => {
        reported('nonsense');
        state.over = true;
      },
    });
    return { state, read };
  };
  let reader = start();
  let frames = 0;
  const { outcomes, kept } = readAll(seeds, 250_000, (bytes) => {
    reader.read(bytes);
    const { over, afterwards } = reader.state;
    // One message can announce sixteen megabytes, which would swallow all others.
    if (over || ++frames % 8 === 0) reader = start();
    return afterwards > 0 ? 'heard after nonsense' : over ? 'ended' : 'read';
  });
  t.same(Object.keys(outcomes).toSorted(), ['ended', 'read']);
  t.same(Object.keys(received).toSorted(), ['exit', 'failure', 'hello', 'nonsense', 'output']);
  t.ok(kept < MOST_KEPT, `${kept} bytes kept`);
  t.end();
});
