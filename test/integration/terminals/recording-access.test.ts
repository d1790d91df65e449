import { test } from 'tap';
import { askAsEach, outcomeOf } from '../../kit/service/actors.ts';
import { bytesOf } from '../../kit/basics/bytes-of.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { recordingWorld } from '../../kit/terminals/recordings.ts';

const hidden = 'RECORDING_NOT_FOUND';
const nobody = 'UNAUTHENTICATED';
const all = { owner: 'ok', other: 'ok', instructor: 'ok', admin: 'ok', nobody };

await test('which actors may do what with recordings', async (t) => {
  await eachDatabase(t, 'each operation, as each actor', async (t, database) => {
    const { actors, service, record, session } = await recordingWorld(t, database);
    const { id, terminalId, recorder } = await record();
    recorder.output(0, Buffer.from('mine'));
    await recorder.finish({ exitCode: 0 }, 4);

    const ownersAndStaff = { ...all, other: hidden };
    t.same(await askAsEach(actors, (actor) => service.get(actor, id)), ownersAndStaff);
    t.same(
      await askAsEach(actors, async (actor) =>
        bytesOf((await service.read(actor, id, { gzip: true })).content),
      ),
      ownersAndStaff,
    );

    const seen: Record<string, number[]> = {};
    const page = { first: 10 };
    t.same(
      await askAsEach(actors, async (actor, name) => {
        const lists = [
          await service.list(actor, {}, page),
          await service.list(actor, { learnerId: actors.owner.userId }, page),
          await service.list(actor, { sessionId: session.id, lab: 'lab-0' }, page),
          await service.list(actor, { lab: 'lab-1' }, page),
        ];
        const [ofTerminal] = await service.ofTerminals(actor, [terminalId, 'none']);
        seen[name] = [...lists.map(({ items }) => items.length), ofTerminal ? 1 : 0];
      }),
      all,
    );
    t.same(seen, {
      owner: [1, 1, 1, 0, 1],
      other: [0, 0, 0, 0, 0],
      instructor: [1, 1, 1, 0, 1],
      admin: [1, 1, 1, 0, 1],
    });

    const staff = { ...all, owner: 'FORBIDDEN', other: 'FORBIDDEN' };
    t.same(await askAsEach(actors, (actor) => service.collections(actor)), staff);
    const collection = { collection: 'basics', recorded: true };
    t.same(await askAsEach(actors, (actor) => service.recordCollection(actor, collection)), staff);
    t.same(await askAsEach(actors, (actor) => service.contents(actor, [{ labSlug: 'basics' }])), all);

    const deleted: Record<string, boolean> = {};
    t.same(
      await askAsEach(actors, async (actor, name) => {
        deleted[name] = await service.delete(actor, id);
      }),
      { ...all, owner: 'FORBIDDEN' },
    );
    t.same(deleted, { other: false, instructor: true, admin: false }, 'a deleted one is not deleted again');
    t.equal(await outcomeOf(() => service.get(actors.owner, id)), hidden);
    t.equal(await database.client.recordingPart.count(), 0);
  });

  await eachDatabase(t, 'a token without the scope is rejected', async (t, database) => {
    const { actors, service, record } = await recordingWorld(t, database);
    const { id } = await record();
    const learning = { ...actors.owner, scopes: ['learn' as const] };
    const reading = { ...actors.admin, scopes: ['read' as const] };
    t.equal(await outcomeOf(() => service.get(learning, id)), 'FORBIDDEN');
    t.equal(await outcomeOf(() => service.list(learning, {}, { first: 1 })), 'FORBIDDEN');
    t.equal(await outcomeOf(() => service.read(reading, id, { gzip: false })), 'ok');
    t.equal(await outcomeOf(() => service.delete(reading, id)), 'FORBIDDEN');
    const collection = { collection: 'basics', recorded: true };
    t.equal(await outcomeOf(() => service.recordCollection(reading, collection)), 'FORBIDDEN');
  });

  await eachDatabase(
    t,
    'simultaneous requests cannot record more collections than allowed',
    async (t, database) => {
      const { actors, service } = await recordingWorld(t, database);
      const setById = actors.instructor.userId;
      const rows = Array.from({ length: 998 }, (_, at) => ({
        collection: `collection-${at}`,
        setById,
        createdAt: new Date(),
      }));
      await database.client.recordedCollection.createMany({ data: rows });
      const record = (collection: string) =>
        service.recordCollection(actors.instructor, { collection, recorded: true });
      const asked = Array.from({ length: 8 }, (_, at) => outcomeOf(() => record(`new-${at}`)));
      const outcomes = await Promise.all(asked);
      t.equal(outcomes.filter((outcome) => outcome === 'ok').length, 2);
      t.equal(outcomes.filter((outcome) => outcome === 'INPUT_INVALID').length, 6);
      t.equal(await database.client.recordedCollection.count(), 1_000);
      t.equal(await outcomeOf(() => record('collection-0')), 'ok', 'recorded collections stay recorded');
    },
  );

  await eachDatabase(
    t,
    'a collection is recorded until it is turned off, and an invalid name is rejected',
    async (t, database) => {
      const { actors, service, record } = await recordingWorld(t, database);
      const { instructor } = actors;
      await t.rejects(record({ collection: 'basics' }), 'nothing is recorded yet');
      await service.recordCollection(instructor, { collection: 'basics', recorded: true });
      await service.recordCollection(instructor, { collection: 'basics', recorded: true });
      t.match(await service.collections(instructor), [{ collection: 'basics', setById: instructor.userId }]);
      const ofLabs = ['lab', 'basics', 'own', 'gone'].map((labSlug) => ({ labSlug }));
      t.same(await service.contents(instructor, ofLabs), [undefined, 'output', 'input', undefined]);
      t.equal((await record({ collection: 'basics' })).recorder.content, 'output');
      t.equal((await record({ collection: 'basics', recording: 'input' })).recorder.content, 'input');
      await t.rejects(record({ collection: 'other' }));
      await service.recordCollection(instructor, { collection: 'basics', recorded: false });
      await t.rejects(record({ collection: 'basics' }));
      t.equal(
        await outcomeOf(() =>
          service.recordCollection(instructor, { collection: 'No Name', recorded: true }),
        ),
        'INPUT_INVALID',
      );
    },
  );

  await eachDatabase(t, 'a course is recorded, unless the lab says what is recorded', async (t, database) => {
    const { actors, service, record } = await recordingWorld(t, database);
    t.equal((await record({}, 'recorded')).recorder.content, 'output');
    t.equal((await record({ recording: 'input' }, 'recorded')).recorder.content, 'input');
    await t.rejects(record({}, 'other'));
    await t.rejects(record({}), 'in self-study');
    const of = [
      { labSlug: 'lab', courseId: 'recorded' },
      { labSlug: 'lab', courseId: 'other' },
      { labSlug: 'own', courseId: 'recorded' },
      { labSlug: 'gone', courseId: 'recorded' },
    ];
    t.same(await service.contents(actors.owner, of), ['output', undefined, 'input', undefined]);
  });
});
