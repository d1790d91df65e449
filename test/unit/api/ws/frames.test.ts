import { test } from 'tap';
import { controlFrame, outputFrame, readClientFrame, snapshotFrames } from '../../../../src/api/ws/frames.ts';

const control = (text: string | Buffer) => Buffer.concat([Buffer.of(1), Buffer.from(text)]);

await test('input is all bytes after the type', (t) => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const frame = readClientFrame(Buffer.concat([Buffer.of(0), all]));
  t.same(frame, { type: 'input', bytes: all });
  t.same(readClientFrame(Buffer.of(0)), { type: 'input', bytes: Buffer.alloc(0) });
  t.end();
});

await test('parses control frames and ignores unknown keys', (t) => {
  t.same(readClientFrame(control('{"type":"resize","rows":24,"cols":80,"dpi":2}')), {
    type: 'resize',
    rows: 24,
    cols: 80,
  });
  t.same(readClientFrame(control('{"type":"ack","offset":9007199254740991}')), {
    type: 'ack',
    offset: Number.MAX_SAFE_INTEGER,
  });
  t.end();
});

await test('an invalid frame is rejected with its problem', (t) => {
  const refused: [Buffer, RegExp][] = [
    [Buffer.alloc(0), /it is empty/],
    [Buffer.of(2, 1, 2), /its type is 2/],
    [Buffer.of(0xff), /its type is 255/],
    [control(''), /must contain JSON/],
    [control('{'), /must contain JSON/],
    [control(Buffer.of(0x22, 0xff, 0x22)), /UTF-8/],
    [control('null'), /one JSON object/],
    [control('[]'), /one JSON object/],
    [control('"resize"'), /one JSON object/],
    [control('{}'), /"type" of a control frame/],
    [control('{"type":"reboot"}'), /"type" of a control frame/],
    [control('{"type":"ack"}'), /"offset" of an ack/],
    [control('{"type":"ack","offset":-1}'), /"offset" of an ack/],
    [control('{"type":"ack","offset":1.5}'), /"offset" of an ack/],
    [control('{"type":"ack","offset":1e300}'), /"offset" of an ack/],
    [control(`{"type":"resize","x":"${'x'.repeat(1024)}"}`), /at most 1024 bytes/],
  ];
  for (const [frame, message] of refused) {
    t.throws(() => readClientFrame(frame), { code: 'FRAME_INVALID', message }, String(message));
  }
  t.end();
});

await test('server frames start with their type', (t) => {
  t.equal(outputFrame(3).length, 4);
  t.equal(outputFrame(3)[0], 0);
  t.same([...snapshotFrames(Buffer.from('abc'))], [Buffer.from('\x02abc')]);
  const large = Buffer.alloc(300_000, 'x');
  t.same(Buffer.concat([...snapshotFrames(large)].map((frame) => frame.subarray(1))), large);
  t.same(controlFrame({ type: 'exit', code: 3 }), control('{"type":"exit","code":3}'));
  t.end();
});
