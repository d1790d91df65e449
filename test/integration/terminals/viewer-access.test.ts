import { test } from 'tap';
import { fault } from '../../../src/core/errors.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';
import { until } from '../../kit/basics/until.ts';
import { unwatched } from '../../kit/basics/unwatched.ts';

const quiet = { code: 1000, reason: 'exited' };
const refusedNow = { code: 4401, reason: 'UNAUTHENTICATED' };

await test('a user who is disabled, deleted or leaves the course loses access to machines, even while typing', async (t) => {
  const server = await serveTerminals(t);
  const { actors, sessionId, users } = server;
  const { owner, instructor, admin } = actors;
  const refused = async (opened: { url: string; ticket: string }, code: string) => {
    const client = TerminalClient.connect(opened);
    t.match(await client.expectControl('error'), { code });
    await client.expectClosed();
  };

  await t.test("an instructor who leaves the course loses the shells in others' machines", async (t) => {
    const [staff, learner] = [
      await server.shell(instructor, sessionId),
      await server.shell(owner, sessionId),
    ];
    const ticket = await server.open(instructor, sessionId, {});
    staff.send('sleep 1501\r');
    await users.update(admin, instructor.userId, { name: 'Still an instructor' });
    learner.send('echo still-$((40+2))\r');
    await learner.expect('still-42');
    t.equal(staff.socket.readyState, 1, 'another change ends nothing');

    await server.leaveCourses(instructor);
    t.same(await staff.expectClosed(), quiet);
    await refused(ticket, 'SESSION_NOT_FOUND');
    learner.send('echo still-$((41+2))\r');
    await learner.expect('still-43');
    await learner.end();
  });

  await t.test('a learner who is disabled while typing', async (t) => {
    const client = await server.shell(owner, sessionId);
    const ticket = await server.open(owner, sessionId, {});
    client.send('sleep 1502 & while :; do echo typing; sleep 0.01; done\r');
    await client.expect('typing\ntyping');
    const typing = setInterval(() => client.send('x'), 5);
    await users.update(admin, owner.userId, { disabled: true });
    t.same(await client.expectClosed(), refusedNow);
    clearInterval(typing);
    await refused(ticket, 'TICKET_INVALID');
    await until(async () => (await server.processes()).length === 0);
    await users.update(admin, owner.userId, { disabled: false });
  });

  await t.test('an instructor who is deleted', async (t) => {
    await server.returnToCourses(instructor);
    const client = await server.shell(instructor, sessionId);
    await users.delete(admin, instructor.userId);
    t.same(await client.expectClosed(), refusedNow);
  });
});

await test('a user who is disabled while the shell starts does not get it', async (t) => {
  const server = await serveTerminals(t);
  const { actors, sessionId, users, engine } = server;
  const slow = await server.another({
    engine: {
      ...engine,
      openTerminal: async (...asked) => {
        const terminal = await engine.openTerminal(...asked);
        await users.update(actors.admin, actors.owner.userId, { disabled: true });
        return terminal;
      },
    },
  });
  const client = TerminalClient.connect(await slow.open(actors.owner, sessionId, {}));
  t.match(await client.expectControl('error'), { code: 'TICKET_INVALID' });
  t.same(await server.processes(), []);
});

await test('maintenance finds a change without an event', async (t) => {
  const clock = createFakeClock(new Date());
  const server = await serveTerminals(t);
  const { actors, sessionId, users } = server;
  const deaf = await server.another({
    clock,
    events: { ...server.events, listen: () => () => undefined },
    credentialWatch: { ...server.credentialWatch, ...unwatched },
  });
  const maintenance = new AbortController();
  const maintained = deaf.terminals.maintain(maintenance.signal);
  const client = await deaf.shell(actors.owner, sessionId);
  await users.update(actors.admin, actors.owner.userId, { disabled: true });
  await clock.advance(15_000);
  t.same(await client.expectClosed(), quiet);
  maintenance.abort();
  await maintained;
});

await test('a user without access is disconnected, even if the shell cannot be ended', async (t) => {
  const server = await serveTerminals(t);
  const { actors, sessionId, engine } = server;
  const stuck = await server.another({
    engine: {
      ...engine,
      async openTerminal(...asked) {
        const terminal = await engine.openTerminal(...asked);
        return {
          ...terminal,
          end: () =>
            Promise.reject(fault('ENGINE_REFUSED', { problem: 'some processes could not be ended' })),
        };
      },
    },
  });
  const staff = await stuck.shell(actors.instructor, sessionId);
  await server.leaveCourses(actors.instructor);
  t.same(await staff.expectClosed(), { code: 1012, reason: 'TERMINAL_ELSEWHERE' });
  const now = await server.actorOf(actors.instructor.userId);
  await t.rejects(stuck.terminals.ticket(now, staff.id, undefined), {
    code: 'TERMINAL_NOT_FOUND',
  });
});
