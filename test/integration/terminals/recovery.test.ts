import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { deferred } from '../../../src/core/async.ts';
import { fault } from '../../../src/core/errors.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';

const isGone = (owner: string) => owner === 'the-dead';

await test('the next process ends streamed shells of a dead process, and not those of a running one', async (t) => {
  const server = await serveTerminals(t, { usesAgents: false });
  const { owner, sessionId } = server;
  const dead = await server.another({ leaseOwner: 'the-dead' });
  const living = await server.another({ leaseOwner: 'the-living' });
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
  await kept.end();
});

await test('a durable shell that ended meanwhile is marked, and one of an ended session is not adopted', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId } = server;
  const dead = await server.another({ leaseOwner: 'the-dead' });
  const ended = await dead.shell(owner, sessionId);
  const left = await dead.shell(owner, sessionId);
  const { handle } = (await server.stored(ended.id)) ?? {};
  await server.engine.endShell(handle?.machineId ?? '', handle?.shell ?? '');
  await ended.expectClosed();
  const next = await server.another({ isGone });
  await server.database.client.terminal.update({
    where: { id: ended.id },
    data: { endedAt: null, heldBy: 'the-dead' },
  });
  await next.terminals.recover();
  t.match(await server.stored(ended.id), { endedAt: Date });
  t.equal((await server.stored(left.id))?.endedAt, undefined);
  await server.sessions.stop(owner, sessionId);
  await left.expectClosed();
});

await test('the lease of an unknown process expires, and a renewed one does not', async (t) => {
  const clock = createFakeClock(new Date());
  const server = await serveTerminals(t, { clock });
  const { owner, sessionId } = server;
  const silent = await server.another({ clock, isGone: () => false });
  const maintenance = new AbortController();
  const maintained = server.terminals.maintain(maintenance.signal);
  const left = await silent.shell(owner, sessionId);
  const kept = await server.shell(owner, sessionId);

  for (let round = 0; round < 5; round++) {
    await clock.advance(15_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.equal((await left.expectClosed()).code, 1012);
  t.equal(server.terminals.shellCount(), 2);
  t.equal(kept.closed, undefined);
  maintenance.abort();
  await maintained;
  await kept.end();
  await server.terminals.close(owner, left.id);
});

await test('a terminal that another process closes ends here, too, even without an event', async (t) => {
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
  const maintenance = new AbortController();
  const maintained = deaf.terminals.maintain(maintenance.signal);
  const unheard = await deaf.shell(owner, sessionId);
  t.equal(await other.terminals.close(owner, unheard.id), true);
  await clock.advance(15_000);
  t.equal((await unheard.expectClosed()).code, 1000, 'by the maintenance');
  maintenance.abort();
  await maintained;
  t.same(await server.processes(), []);
});

await test('a shell that cannot be ended does not keep others from ending, here or of dead processes', async (t) => {
  const clock = createFakeClock(new Date());
  const server = await serveTerminals(t, { clock, usesAgents: false });
  const { owner, sessionId, engine } = server;
  const dead = await server.another({ clock, leaseOwner: 'the-dead' });
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
  const maintenance = new AbortController();
  const maintained = stuck.terminals.maintain(maintenance.signal);
  for (const { id } of [refused, other]) t.equal(await server.terminals.close(owner, id), true);
  await clock.advance(15_000);
  await Promise.all([other.expectClosed(), left.expectClosed()]);
  t.notSame((await server.stored(left.id))?.endedAt, undefined);
  for (let round = 0; round < 10 && !refused.closed; round++) {
    await clock.advance(15_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await refused.expectClosed();
  maintenance.abort();
  await maintained;
});

await test('shells of an unavailable engine stay for the next time', async (t) => {
  const server = await serveTerminals(t, { usesAgents: false });
  const { owner, sessionId } = server;
  const dead = await server.another({ leaseOwner: 'the-dead' });
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

await test('a client that reconnects during an adoption gets the shell, which is adopted once', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId, engine } = server;
  const dead = await server.another({ leaseOwner: 'the-dead' });
  const left = await dead.shell(owner, sessionId);
  await left.close();
  const resume = deferred<void>();
  const reached: string[] = [];
  const next = await server.another({
    isGone,
    engine: {
      ...engine,
      async reattachTerminal(...asked) {
        reached.push(asked[0]);
        await resume.promise;
        return engine.reattachTerminal(...asked);
      },
    },
  });
  const { ticket } = await next.terminals.ticket(owner, left.id, undefined);
  const recovered = next.terminals.recover();
  while (reached.length === 0) await sleep(5);
  const back = TerminalClient.connect({ url: next.urlOf(left.id), ticket });
  await sleep(300);
  resume.resolve();
  await recovered;
  await back.expectControl('hello');
  back.send('echo still-$((40+2))\r');
  await back.expect('\nstill-42\n');
  t.equal(reached.length, 1);
  await back.close();
  await next.terminals.close(owner, left.id);
});

await test('a terminal that is closed just after its process died leaves no shell behind', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId } = server;
  const deaf = createMemoryBus({ log: quietLog() });
  const dead = await server.another({ leaseOwner: 'the-dead', events: deaf });
  const next = await server.another({ isGone: () => false });
  const left = await dead.shell(owner, sessionId);
  left.send('sleep 1410\r');
  await untilProcesses(server, /^sleep 1410/, 1);
  t.ok(await next.terminals.close(owner, left.id));
  t.same(await server.processes(), []);
  t.notOk(await next.terminals.close(owner, left.id));
});

await test('an unresponsive machine does not keep other shells from being released when the service stops', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId, engine } = server;
  let asked = false;
  const stopping = await server.another({
    engine: {
      ...engine,
      openTerminal: (...of) => {
        if (!asked) return engine.openTerminal(...of).finally(() => (asked = true));
        return new Promise(() => undefined);
      },
    },
  });
  const kept = await stopping.shell(owner, sessionId);
  TerminalClient.connect(await stopping.open(owner, sessionId, {}));
  await sleep(300);
  await stopping.terminals.shutdown();
  t.match(await server.stored(kept.id), { lease: { expiresAt: new Date(0) }, endedAt: undefined });
  await server.terminals.close(owner, kept.id);
});
