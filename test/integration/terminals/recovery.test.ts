import { test } from 'tap';
import { fault } from '../../../src/errors.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { serveTerminals } from '../../support/terminal-server.ts';

const isGone = (holder: string) => holder === 'the-dead';

await test('shells of a process that died are ended by the next, and those of one that lives are not', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId } = server;
  const dead = await server.another({ holder: 'the-dead' });
  const living = await server.another({ holder: 'the-living' });
  const next = await server.another({ isGone });
  const left = await dead.shell(owner, sessionId);
  left.send('sleep 1401 & sleep 1402\r');
  const kept = await living.shell(owner, sessionId);
  kept.send('sleep 1403\r');
  await untilProcesses(server, /sleep 140/, 3);

  await next.terminals.recover();
  await untilProcesses(server, /sleep 140[12]/, 0);
  await untilProcesses(server, /sleep 1403/, 1);
  t.same(
    (await server.terminals.list(owner, sessionId)).map(({ id }) => id),
    [kept.id],
  );
  t.match(await server.stored(left.id), { endedAt: Date });
  await kept.close();
});

await test('the hold of a process of which nothing is known runs out, and one that is kept up does not', async (t) => {
  const clock = createFakeClock(new Date());
  const server = await serveTerminals(t, { clock });
  const { owner, sessionId } = server;
  const silent = await server.another({ clock, isGone: () => false });
  const upkeep = new AbortController();
  const maintained = server.terminals.maintain(upkeep.signal);
  const left = await silent.shell(owner, sessionId);
  const kept = await server.shell(owner, sessionId);

  for (let round = 0; round < 5; round++) {
    await clock.advance(15_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await left.expectClosed();
  t.match(await server.stored(left.id), { endedAt: Date });
  t.same(
    (await server.terminals.list(owner, sessionId)).map(({ id }) => id),
    [kept.id],
  );
  upkeep.abort();
  await maintained;
  await kept.close();
});

await test('a terminal that is closed through another process ends here too, even when no event comes', async (t) => {
  const clock = createFakeClock(new Date());
  const server = await serveTerminals(t, { clock });
  const { owner, sessionId } = server;
  const other = await server.another({ clock, isGone: () => false });
  const client = await server.shell(owner, sessionId);
  t.equal(await other.terminals.close(owner, client.id), true);
  t.equal((await client.expectClosed()).code, 1000, 'by the event');

  const deaf = await server.another({
    clock,
    events: { ...server.events, listen: () => () => undefined },
  });
  const upkeep = new AbortController();
  const maintained = deaf.terminals.maintain(upkeep.signal);
  const unheard = await deaf.shell(owner, sessionId);
  t.equal(await other.terminals.close(owner, unheard.id), true);
  await clock.advance(15_000);
  t.equal((await unheard.expectClosed()).code, 1000, 'by the upkeep');
  upkeep.abort();
  await maintained;
  t.same(await server.processes(), []);
});

await test('a shell that can not be ended keeps no other from being ended, here or of the dead', async (t) => {
  const clock = createFakeClock(new Date());
  const server = await serveTerminals(t, { clock });
  const { owner, sessionId, engine } = server;
  const dead = await server.another({ clock, holder: 'the-dead' });
  let refusals = 0;
  const stuck = await server.another({
    clock,
    isGone,
    events: { ...server.events, listen: () => () => undefined },
    engine: {
      ...engine,
      openTerminal: async (...asked) => {
        const terminal = await engine.openTerminal(...asked);
        const end = () => (refusals++ < 1 ? Promise.reject(fault('ENGINE_UNREACHABLE')) : terminal.end());
        return { ...terminal, end };
      },
    },
  });
  const [refused, other] = [await stuck.shell(owner, sessionId), await stuck.shell(owner, sessionId)];
  const left = await dead.shell(owner, sessionId);
  const upkeep = new AbortController();
  const maintained = stuck.terminals.maintain(upkeep.signal);
  for (const { id } of [refused, other]) t.equal(await server.terminals.close(owner, id), true);
  await clock.advance(15_000);
  await Promise.all([other.expectClosed(), left.expectClosed()]);
  t.notSame((await server.stored(left.id))?.endedAt, undefined);
  for (let round = 0; round < 10 && !refused.closed; round++) {
    await clock.advance(15_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await refused.expectClosed();
  upkeep.abort();
  await maintained;
});

await test('shells of an engine that is away stay for the next time', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId } = server;
  const dead = await server.another({ holder: 'the-dead' });
  const left = await dead.shell(owner, sessionId);
  const engine = { ...server.engine, endShell: () => Promise.reject(fault('ENGINE_UNREACHABLE')) };
  await (await server.another({ isGone, engine })).terminals.recover();
  t.match(await server.terminals.list(owner, sessionId), [{ id: left.id }]);
  await (await server.another({ isGone })).terminals.recover();
  t.same(await server.terminals.list(owner, sessionId), []);
  await left.expectClosed();
});

async function untilProcesses(
  server: { processes: () => Promise<string[]> },
  pattern: RegExp,
  count: number,
): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const found = (await server.processes()).filter((line) => pattern.test(line));
    if (found.length === count) return;
    if (Date.now() > deadline) throw new Error(`${count} wanted, but there are ${JSON.stringify(found)}`);
  }
}
