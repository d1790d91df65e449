import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const { engine, machineId } = await startCheckMachine(t);

await eachDatabase(t, 'a check in a copy is judged and does not count', async (t, database) => {
  const world = await createCheckWorld(t, { database, engine, machineId });
  const { checks, actors, sessionId, addSession } = world;
  const { owner, instructor } = actors;
  const copy = await addSession(instructor.userId);
  await database.client.session.update({ where: { id: copy }, data: { forkOfId: sessionId } });
  t.match(await checks.service.run(instructor, { sessionId: copy, stepId: 'pass' }), {
    state: 'finished',
    passed: true,
    learnerId: instructor.userId,
  });
  t.equal(await database.client.progress.count(), 0);
  await checks.service.run(owner, { sessionId, stepId: 'pass' });
  t.match(await database.client.progress.findMany({}), [{ learnerId: owner.userId, attempts: 1 }]);
});
