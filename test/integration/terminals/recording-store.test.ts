import { test } from 'tap';
import { gzipSync } from 'node:zlib';
import { system } from '../../../src/domains/identity/actor.ts';
import { createRecordingStore } from '../../../src/domains/terminals/recordings/recording-store.ts';
import type { RecordingWrite } from '../../../src/domains/terminals/recordings/recording-store.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { recordingWorld } from '../../kit/terminals/recordings.ts';

const DAY_MS = 86_400_000;

await test('recordings in the database', async (t) => {
  await eachDatabase(t, 'one writer after another adds parts', async (t, database) => {
    const world = await recordingWorld(t, database);
    const store = createRecordingStore({ database });
    const { id, terminalId } = await world.record();
    const write = (writer: string, place: number, change: Partial<RecordingWrite> = {}) =>
      store.write(id, {
        writer,
        place,
        content: gzipSync(`${writer} ${place}\n`),
        offset: place + 1,
        bytes: 10,
        durationMs: 5,
        truncated: false,
        at: new Date(),
        ending: 'more',
        ...change,
      });

    t.match(await store.claim(terminalId, 'first'), { parts: 0, offset: 0, wasReleased: false });
    t.equal(await write('first', 0), true);
    t.equal(await write('first', 0), true, 'a part whose write was not confirmed is not written twice');
    t.equal(await write('first', 2), false, 'nothing is left out');
    t.match(await store.claim(terminalId, 'second'), { parts: 1, offset: 1, wasReleased: false });
    t.equal(await write('first', 1), false, 'the previous writer cannot write any more');
    t.equal(await write('second', 1, { ending: 'released' }), true);
    t.match(await store.claim(terminalId, 'third'), { parts: 2, wasReleased: true });
    t.equal(await write('third', 2, { ending: 'ended', content: undefined }), true);
    t.equal(await write('third', 2), false, 'an ended one is unchanged');
    t.equal(await store.claim(terminalId, 'fourth'), undefined);
    t.equal(
      (await store.part(id, 1)) && gzipSync('second 1\n').equals((await store.part(id, 1)) as Buffer),
      true,
    );
    t.equal(await store.part(id, 2), undefined);
    t.equal(await database.client.recordingPart.count(), 2);
  });

  await eachDatabase(t, 'it outlives its session, and is deleted with its learner', async (t, database) => {
    const world = await recordingWorld(t, database);
    const { id, recorder, read } = await world.record();
    recorder.output(0, Buffer.from('hello'));
    await recorder.finish({ exitCode: 0 }, 5);
    await database.client.session.delete({ where: { id: world.session.id } });
    t.equal((await read()).output, 'hello');
    await database.client.user.delete({ where: { id: world.actors.owner.userId } });
    t.equal(await createRecordingStore({ database }).find(id), undefined);
    t.equal(await database.client.recordingPart.count(), 0);
  });

  await eachDatabase(t, 'an unfinished one is given up with its deleted learner', async (t, database) => {
    const world = await recordingWorld(t, database);
    const { recorder } = await world.record();
    await database.client.user.delete({ where: { id: world.actors.owner.userId } });
    recorder.output(0, Buffer.alloc(200_000));
    await recorder.finish({ exitCode: 0 }, 200_000);
    t.equal(recorder.content, undefined);
    t.equal(await database.client.recordingPart.count(), 0);
    t.equal(await database.client.recording.count(), 0);
  });

  await eachDatabase(t, 'old ones are removed', async (t, database) => {
    const clock = createFakeClock();
    const world = await recordingWorld(t, database, { clock, recordingDays: 2 });
    const old = await world.record();
    await old.recorder.finish({ exitCode: 0 }, 0);
    const going = await world.record();
    clock.jump(DAY_MS);
    const young = await world.record();
    await young.recorder.finish({ exitCode: 0 }, 0);
    await world.maintenance.sweep();
    t.equal(await database.client.recording.count(), 3);
    clock.jump(DAY_MS + 1);
    await world.maintenance.sweep();
    const left = await world.service.ofTerminals(system, [
      old.terminalId,
      going.terminalId,
      young.terminalId,
    ]);
    t.same(
      left.map((recording) => recording?.id),
      [undefined, going.id, young.id],
      'an unfinished one has no age yet',
    );
  });

  await eachDatabase(t, 'above the total limit, the largest user loses the oldest', async (t, database) => {
    const world = await recordingWorld(t, database, { recordingTotalBytes: 250_000 });
    const record = async (learnerId: string) => {
      const { id, recorder } = await world.record();
      await recorder.finish({ exitCode: 0 }, 0);
      const data = { learnerId, storedBytes: 100_000n };
      await database.client.recording.update({ where: { id }, data });
      return id;
    };
    const { owner, other } = world.actors;
    const others = await record(other.userId);
    const first = await record(owner.userId);
    const second = await record(owner.userId);
    await world.maintenance.sweep();
    const ids = (await database.client.recording.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id);
    t.same(ids, [others, second].sort(), `without ${first}`);
  });

  await eachDatabase(t, 'a running flood does not evict others', async (t, database) => {
    const world = await recordingWorld(t, database, { recordingTotalBytes: 250_000 });
    const others = await world.record();
    await others.recorder.finish({ exitCode: 0 }, 0);
    const flood = await world.record();
    const { owner, other } = world.actors;
    const stored = async (id: string, learnerId: string, storedBytes: bigint) =>
      database.client.recording.update({ where: { id }, data: { learnerId, storedBytes } });
    await stored(others.id, other.userId, 100_000n);
    await stored(flood.id, owner.userId, 200_000n);
    await world.maintenance.sweep();
    const left = await database.client.recording.findMany();
    t.same(
      left.map(({ id }) => id),
      [others.id],
    );
    flood.recorder.output(0, Buffer.alloc(200_000));
    await flood.recorder.finish('other-process', 200_000);
    t.equal(flood.recorder.content, undefined, 'it ends because of the limit');
  });

  await eachDatabase(
    t,
    'one that a dead process left is ended, with a note that output may be missing',
    async (t, database) => {
      const clock = createFakeClock();
      const world = await recordingWorld(t, database, { clock });
      const left = await world.record();
      const going = await world.record();
      await world.terminals.end(left.terminalId, { at: clock.now() });
      await world.maintenance.sweep();
      const ended = async () => {
        const all = await world.service.ofTerminals(system, [left.terminalId, going.terminalId]);
        return all.map((recording) => recording?.endedAt !== undefined);
      };
      t.same(await ended(), [false, false], 'its recorder may still write');
      clock.jump(120_000);
      await world.maintenance.sweep();
      t.same(await ended(), [true, false]);
      t.match((await left.read()).markers, [/The end is missing/]);
      await database.client.terminal.delete({ where: { id: going.terminalId } });
      await world.maintenance.sweep();
      t.same(await ended(), [true, true], 'one without a terminal, too');
    },
  );
});
