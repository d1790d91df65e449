import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { fault } from '../../../../../src/core/errors.ts';
import { createRecorder } from '../../../../../src/domains/terminals/recordings/recorder.ts';
import { createRecordingMemory } from '../../../../../src/domains/terminals/recordings/part-writer.ts';
import type {
  RecordingWrite,
  StoredRecording,
} from '../../../../../src/domains/terminals/recordings/recording-store.ts';
import { createQueue } from '../../../../../src/core/queue.ts';
import { gunzipSync } from 'node:zlib';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';
import { quietLog } from '../../../../kit/basics/quiet-log.ts';
import { parseCast } from '../../../../kit/terminals/recordings.ts';

const clock = createFakeClock();
const recording: StoredRecording = {
  id: 'one',
  terminalId: 't1',
  sessionId: 's1',
  learnerId: 'learner',
  courseId: undefined,
  labSlug: 'lab',
  machine: 'main',
  openedById: 'learner',
  content: 'output',
  rows: 24,
  cols: 80,
  startedAt: clock.now(),
  endedAt: undefined,
  durationMs: 0,
  offset: 0,
  bytes: 0,
  storedBytes: 0,
  parts: 0,
  truncated: false,
};

/** A recorder whose database fails on request, which a real one cannot do. */
function record(changes: Partial<StoredRecording> = {}, { ofOne = 1_000_000, limitBytes = 10_000_000 } = {}) {
  const writes: RecordingWrite[] = [];
  const database = { away: false, theirs: false, onWritten: () => {} };
  const memory = createRecordingMemory({ ofOne });
  const recorder = createRecorder({
    recording: { ...recording, ...changes },
    writer: 'me',
    store: {
      async write(_id, write) {
        if (database.away) throw fault('DATABASE_UNREACHABLE');
        if (database.theirs) return false;
        writes.push(write);
        database.onWritten();
        return true;
      },
    },
    memory: memory.share(),
    queue: createQueue(1),
    clock,
    log: quietLog(),
    limitBytes,
  });
  const cast = () => {
    const parts = writes.map(({ content }) => (content ? gunzipSync(content).toString() : ''));
    return parseCast(`{}\n${parts.join('')}`);
  };
  return { recorder, writes, database, memory, cast };
}

async function soonAfter(queue: number): Promise<void> {
  for (let turn = 0; turn < queue; turn++) await Promise.resolve();
}

await test('events are in order, each with the time since the previous one', async (t) => {
  const { recorder, writes, cast } = record();
  recorder.output(0, Buffer.from('one'));
  await clock.advance(1_500);
  recorder.resize({ rows: 40, cols: 120 });
  recorder.resize({ rows: 40, cols: 120 });
  recorder.output(3, Buffer.from('two'));
  await clock.advance(250);
  recorder.input(Buffer.from('secret'));
  await recorder.finish({ exitCode: 3 }, 6);
  t.same(cast().events, [
    [0, 'o', 'one'],
    [1.5, 'r', '120x40'],
    [0, 'o', 'two'],
    [0.25, 'x', '3'],
  ]);
  t.match(writes.at(-1), { ending: 'ended', offset: 6, truncated: false });
  recorder.output(6, Buffer.from('late'));
  t.equal(recorder.content, undefined);
});

await test('recorded bytes are skipped, and missing ones marked', async (t) => {
  const { recorder, cast } = record({ offset: 10 });
  recorder.output(0, Buffer.from('0123456789ab'));
  recorder.output(4, Buffer.from('456'));
  recorder.output(20, Buffer.from('after'));
  await recorder.finish({ exitCode: undefined }, 30);
  t.same(
    cast().events.map(([, code, data]) => [code, data]),
    [
      ['o', 'ab'],
      ['m', '8 bytes of output are missing here.'],
      ['o', 'after'],
      ['m', '5 bytes of output are missing here.'],
    ],
  );
});

await test('an incomplete character is left to the next recorder', async (t) => {
  const { recorder, writes, cast } = record();
  recorder.output(0, Buffer.from('a\u20AC').subarray(0, 3));
  await recorder.finish('other-process', 3);
  t.equal(cast().output, 'a');
  t.match(writes.at(-1), { ending: 'released', offset: 1 });
});

await test('memory is limited while the database is unavailable, and dropped output is marked afterwards', async (t) => {
  const { recorder, database, memory, cast, writes } = record({}, { ofOne: 300_000 });
  database.away = true;
  let at = 0;
  const chunk = Buffer.alloc(10_000, 'y');
  for (; at < 5_000_000; at += chunk.length) {
    recorder.output(at, chunk);
    if (memory.taken() > 300_000) t.fail('too much is buffered');
  }
  await sleep(50);
  t.same(writes, []);
  database.away = false;
  await sleep(3_200);
  recorder.output(at, Buffer.from('back'));
  await recorder.finish({ exitCode: 0 }, at + 4);
  const { output, markers } = cast();
  t.equal(markers.length, 1);
  const missing = Number(/^(\d+) bytes of output/.exec(markers[0] ?? '')?.[1]);
  t.equal(output.length - 4 + missing, at, 'each byte is stored or counted as dropped');
  t.match(output, /back$/);
  t.equal(memory.taken(), 0);
});

await test('dropped input is marked, too', async (t) => {
  const { recorder, database, cast } = record({ content: 'input' }, { ofOne: 1_000 });
  database.away = true;
  recorder.input(Buffer.alloc(900, 'a'));
  recorder.input(Buffer.alloc(500, 'b'));
  database.away = false;
  await recorder.finish({ exitCode: 0 }, 0);
  const { input, markers } = cast();
  t.equal(input.length, 900);
  t.same(markers, ['500 bytes of input are missing here.']);
});

await test('at the limit, it says so, ends and accepts nothing more', async (t) => {
  const { recorder, cast, writes } = record({}, { limitBytes: 100_000 });
  const chunk = Buffer.alloc(60_000, 0);
  for (let at = 0; at < 6_000_000; at += chunk.length) recorder.output(at, chunk);
  t.equal(recorder.content, undefined);
  await recorder.finish({ exitCode: 0 }, 6_000_000);
  t.same(cast().markers, ['The recording ends here: it reached its limit of 100000 bytes.']);
  t.match(writes.at(-1), { ending: 'ended', truncated: true });
  t.ok((writes.at(-1)?.bytes ?? Infinity) <= 100_000);
});

await test('the end is stored, however soon it follows a part', async (t) => {
  for (let queue = 0; queue < 20; queue++) {
    const { recorder, database, writes } = record();
    const finished = new Promise<void>((resolve) => {
      database.onWritten = () => {
        database.onWritten = () => {};
        resolve(soonAfter(queue).then(async () => recorder.finish({ exitCode: 0 }, 200_000)));
      };
    });
    recorder.output(0, Buffer.alloc(200_000));
    await finished;
    t.match(writes.at(-1), { ending: 'ended' }, `${queue} queue after it`);
  }
});

await test('a recording that another process adopted is left alone', async (t) => {
  const { recorder, database, memory } = record();
  database.theirs = true;
  recorder.output(0, Buffer.alloc(200_000));
  await recorder.finish('other-process', 200_000);
  t.equal(recorder.content, undefined);
  t.equal(memory.taken(), 0);
});

await test('time never runs backwards, whatever the clock does', async (t) => {
  const { recorder, cast } = record({ durationMs: 3_600_000 });
  recorder.output(0, Buffer.from('a'));
  await recorder.finish({ exitCode: 0 }, 1);
  t.same(cast().events[0], [0, 'o', 'a']);
});
