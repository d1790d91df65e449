import t from 'tap';
import { newId } from '../../../src/core/ids.ts';
import { createEnteredStepStore } from '../../../src/domains/sessions/steps/entered-step-store.ts';
import { createActors, outcomeOf } from '../../kit/service/actors.ts';
import { insertSession } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const now = new Date('2030-01-01T08:00:00Z');
const later = new Date('2030-01-01T08:00:15Z');
const muchLater = new Date('2030-01-01T08:01:00Z');
const lease = (owner: string, expiresAt = later) => ({ owner, expiresAt });

await eachDatabase(t, 'one process prepares a step', async (t, database) => {
  const gone = new Set<string>();
  const store = createEnteredStepStore({ database, isGone: (owner) => gone.has(owner) });
  const { owner } = await createActors(database);
  const sessionId = await insertSession(database, owner.userId, 'lab');
  const key = { sessionId, stepId: 'one', generation: 3 };

  await t.test('of many that enter it at once', async (t) => {
    const owners = Array.from({ length: 8 }, (_, index) => `owner-${index}`);
    const started = await Promise.all(owners.map((name) => store.begin(key, now, lease(name))));
    t.equal(started.filter(Boolean).length, 1);
    const name = owners[started.indexOf(true)] ?? '';
    await store.forget(key, 'somebody else');
    t.equal(await store.begin(key, now, lease('next')), false);
    await store.forget(key, name);
    t.equal(await store.begin(key, now, lease('next')), true, 'a failed one is started again');
    t.equal(
      await store.begin({ ...key, stepId: 'two' }, now, lease('other')),
      true,
      'another step is separate',
    );
  });

  await t.test('a dead or silent owner is replaced, and notices', async (t) => {
    const before = new Date(later.getTime() - 1);
    t.equal(await store.begin(key, before, lease('third', muchLater)), false, 'the lease is valid');
    gone.add('next');
    t.equal(await store.begin(key, now, lease('third')), true);
    t.equal(await store.renew(key, lease('next', muchLater)), false);
    t.equal(await store.renew(key, lease('third', muchLater)), true);
    t.equal(await store.begin(key, new Date(muchLater.getTime() + 1), lease('fourth', muchLater)), true);
    await store.finish(key, 'third');
    t.equal(await store.renew(key, lease('fourth', muchLater)), true, 'a replaced owner cannot finish it');
  });

  await t.test('an owner from before a reset cannot end it', async (t) => {
    const former = { ...key, generation: 2 };
    t.equal(await store.renew(former, lease('fourth', muchLater)), false);
    t.equal(await store.finish(former, 'fourth'), false);
    t.equal(await store.forget(former, 'fourth'), false);
    t.equal(await store.renew(key, lease('fourth', muchLater)), true);
  });

  await t.test('once, for the lifetime of the session', async (t) => {
    await store.finish(key, 'fourth');
    gone.add('fourth');
    t.equal(await store.begin(key, new Date('2040-01-01'), lease('fifth')), false);
    const unknown = { sessionId: newId(), stepId: 'one', generation: 3 };
    t.equal(await outcomeOf(() => store.begin(unknown, now, lease('x'))), 'SESSION_NOT_FOUND');
    await database.client.session.delete({ where: { id: sessionId } });
    t.equal(await database.client.enteredStep.count(), 0);
  });
});
