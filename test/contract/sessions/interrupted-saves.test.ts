import { test } from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { newId } from '../../../src/core/ids.ts';
import { createSavedStateStore } from '../../../src/domains/sessions/saves/saved-state-store.ts';
import { createSessionStore } from '../../../src/domains/sessions/session-store.ts';
import type { SessionRow } from '../../../src/domains/sessions/session-store.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { agreeingEngine, openSessions, putInState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

/** The rows that processes leave when they die during a save. */
async function setUp(t: Test, database: Database) {
  const { owner } = await createActors(database);
  const { service } = openSessions(t, database);
  const { id } = await service.start(owner, { lab: 'lab-0' });
  await putInState(database, id, 'ready');
  const store = createSessionStore({ database });
  const states = createSavedStateStore({ database });

  /** Begins a save under the lease of another process. */
  async function begin(row: SessionRow, expiresAt: Date): Promise<{ saving: SessionRow; stateId: string }> {
    const now = new Date();
    const state = { id: newId(now), madeById: owner.userId, createdAt: now, expiresAt: now };
    const lease = { owner: 'elsewhere/1/x/y', expiresAt };
    const saving = await states.begin(row, state, lease, { changes: {}, sameEnd: false });
    if (!saving) throw new Error('The session has changed.');
    return { saving, stateId: state.id };
  }

  const look = async () => (await store.findAny(id))!;
  return { id, store, begin, look };
}

await test('a save after an aborted one is left alone when the aborted one is adopted', async (t) => {
  await eachDatabase(t, 'newer', async (t, database) => {
    const { store, begin, look } = await setUp(t, database);
    const old = await begin(await look(), new Date(0));
    // The adopting process resumed the session, and died before it discarded the state.
    const kept = await store.move(old.saving, 'keep');
    const newer = await begin(kept!, new Date(Date.now() + 3_600_000));

    openSessions(t, database, { engine: agreeingEngine(database) }).start();
    const ids = async () => (await database.client.savedState.findMany()).map(({ id }) => id);
    await until(async () => !(await ids()).includes(old.stateId));
    t.same(await ids(), [newer.stateId]);
    t.match(await look(), { state: 'saving', generation: newer.saving.generation });
  });
});

await test('a save whose process died is aborted', async (t) => {
  await eachDatabase(t, 'died', async (t, database) => {
    const { begin, look } = await setUp(t, database);
    await begin(await look(), new Date(0));
    openSessions(t, database, { engine: agreeingEngine(database) }).start();
    // Its machines are unreachable at first. Then the reconciler sees that they run.
    await until(async () => (await look()).state === 'ready');
    t.match(await look(), { saveProblemCode: 'SAVE_INTERRUPTED' });
    await until(async () => (await database.client.savedState.count()) === 0);
  });
});
