import { test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { SavedStateState } from '../../../src/infra/database/generated/sqlite/client.ts';
import { newId } from '../../../src/core/ids.ts';
import { createQuotaStore } from '../../../src/domains/sessions/capacity/quota-store.ts';
import { createSavedQuota } from '../../../src/domains/sessions/saves/saved-quota.ts';
import { askAsEach, createActors, outcomeOf } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { openSessions } from '../../kit/sessions/sessions.ts';

const MIB = 1024 ** 2;

function openQuota(database: Database) {
  const quotas = createQuotaStore({ database });
  const quota = createSavedQuota({ database, quotas, limitBytes: 100 * MIB });
  const add = async (
    learnerId: string,
    changes: { state?: SavedStateState; mib?: number; currentFor?: string; madeById?: string } = {},
  ) => {
    const { state = 'creating', mib = 0, currentFor = null, madeById = learnerId } = changes;
    const id = newId();
    await database.client.savedState.create({
      data: {
        id,
        learnerId,
        madeById,
        labSlug: `lab-of-${mib}`,
        labVersion: '1',
        state,
        bytes: mib * MIB,
        currentFor,
        createdAt: new Date(),
        expiresAt: new Date(),
      },
    });
    return id;
  };
  return { quota, quotas, add };
}

await test('simultaneous saves never exceed the limit of their learner together', async (t) => {
  await eachDatabase(t, 'saved-quota', async (t, database) => {
    const { owner, other } = await createActors(database);
    const { quota, add } = openQuota(database);
    const saves = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => ({
        session: `session-${n}`,
        state: await add(owner.userId),
      })),
    );
    const reserve = (learnerId: string, id: string, state: string, mib: number) =>
      outcomeOf(() => quota.reserve({ id, learnerId }, state, { bytes: mib * MIB }));
    const outcomes = await Promise.all(
      saves.map(({ session, state }) => reserve(owner.userId, session, state, 30)),
    );
    t.same(outcomes.toSorted(), [...Array<string>(5).fill('SAVE_QUOTA_FULL'), 'ok', 'ok', 'ok']);
    t.same(await quota.usage(owner.userId), { bytes: 90 * MIB, limitBytes: 100 * MIB });
    t.equal(
      await reserve(other.userId, 'session-9', await add(other.userId), 100),
      'ok',
      'of another learner',
    );
    t.equal(await reserve(other.userId, 'session-9', await add(other.userId), 101), 'SAVE_TOO_LARGE');
    const winner = saves[outcomes.indexOf('ok')];
    t.equal(await reserve(owner.userId, winner?.session ?? '', winner?.state ?? '', 40), 'ok', 'as it grows');
    t.equal(await reserve(owner.userId, winner?.session ?? '', winner?.state ?? '', 41), 'SAVE_QUOTA_FULL');
  });
});

await test("replaced saves, saves being removed and copies by staff do not count, and the learner's quota overrides", async (t) => {
  await eachDatabase(t, 'saved-quota-count', async (t, database) => {
    const { owner, instructor } = await createActors(database);
    const { quota, quotas, add } = openQuota(database);
    await add(owner.userId, { state: 'complete', mib: 70, currentFor: 'replaced' });
    await add(owner.userId, { state: 'complete', mib: 10, currentFor: 'stays' });
    await add(owner.userId, { state: 'removing', mib: 500 });
    await add(owner.userId, { state: 'complete', mib: 500, madeById: instructor.userId, currentFor: 'fork' });
    const making = await add(owner.userId);
    const reserve = (id: string, mib: number) =>
      quota.reserve({ id, learnerId: owner.userId }, making, { bytes: mib * MIB });
    await t.resolves(reserve('replaced', 90));
    await t.rejects(reserve('another', 30), {
      code: 'SAVE_QUOTA_FULL',
      message:
        /needs 30 MiB, and your other saved sessions use 80 MiB of 100 MiB.*"lab-of-70" \(70 MiB\), "lab-of-10" \(10 MiB\)/,
    });
    await quotas.set({
      subject: `learner:${owner.userId}`,
      sessions: undefined,
      memoryBytes: undefined,
      savedBytes: 200 * MIB,
      updatedAt: new Date(),
    });
    await t.resolves(reserve('another', 30));
    t.same(await quota.usage(owner.userId), { bytes: 110 * MIB, limitBytes: 200 * MIB });
  });
});

await test('sessions that end automatically exceed the limit of their learner by one at most', async (t) => {
  await eachDatabase(t, 'saved-quota-ends', async (t, database) => {
    const { owner } = await createActors(database);
    const { quota, add } = openQuota(database);
    await add(owner.userId, { state: 'complete', mib: 90, currentFor: 'before' });
    const states = await Promise.all(Array.from({ length: 6 }, () => add(owner.userId)));
    const reserve = (n: number, mib: number, ends: boolean) =>
      outcomeOf(() =>
        quota.reserve({ id: `session-${n}`, learnerId: owner.userId }, states[n] ?? '', {
          bytes: mib * MIB,
          ends,
        }),
      );
    t.equal(await reserve(0, 30, false), 'SAVE_QUOTA_FULL', 'a running one is rejected');
    t.equal(await reserve(0, 101, true), 'SAVE_TOO_LARGE');
    const outcomes = await Promise.all(states.map((_, n) => reserve(n, 30, true)));
    t.same(outcomes.toSorted(), [...Array<string>(5).fill('SAVE_QUOTA_FULL'), 'ok']);
    t.same(await quota.usage(owner.userId), { bytes: 120 * MIB, limitBytes: 100 * MIB });
    const loser = outcomes.indexOf('SAVE_QUOTA_FULL');
    t.equal(await reserve(loser, 1, false), 'SAVE_QUOTA_FULL', 'nothing more until some are deleted');
    await database.client.savedState.deleteMany({ where: { currentFor: 'before' } });
    t.equal(await reserve(loser, 30, false), 'ok');
  });
});

await test('learners see the usage of their own saved sessions, staff that of anyone', async (t) => {
  await eachDatabase(t, 'saved-usage', async (t, database) => {
    const actors = await createActors(database);
    const { saves } = openSessions(t, database);
    t.same(await askAsEach(actors, (actor) => saves.usage(actor, actors.owner.userId)), {
      owner: 'ok',
      other: 'USER_NOT_FOUND',
      instructor: 'ok',
      admin: 'ok',
      nobody: 'UNAUTHENTICATED',
    });
  });
});
