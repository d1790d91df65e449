import { test } from 'tap';
import { askAsEach } from '../../kit/service/actors.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';

await test('which actors may open, see and close terminals', async (t) => {
  const { terminals, actors, sessionId, open } = await serveTerminals(t);
  const size = { rows: 24, cols: 80 };
  const allowed = {
    owner: 'ok',
    other: 'SESSION_NOT_FOUND',
    instructor: 'ok',
    admin: 'ok',
    nobody: 'UNAUTHENTICATED',
  };
  t.same(
    await askAsEach(actors, (actor) => terminals.open(actor, { sessionId, machine: 'main', ...size })),
    allowed,
  );
  t.same(await askAsEach(actors, (actor) => terminals.list(actor, sessionId)), allowed);

  const { id } = await open(actors.owner, sessionId, {});
  t.equal(await terminals.close(actors.other, id), false, "another user's terminal does not seem to exist");
  await t.rejects(terminals.close(actors.nobody, id), { code: 'UNAUTHENTICATED' });
  const reader = { ...actors.owner, scopes: ['read'] as const };
  await t.rejects(terminals.close(reader, id), { code: 'FORBIDDEN' });
  await t.rejects(terminals.open(reader, { sessionId, machine: 'main', ...size }), { code: 'FORBIDDEN' });
  t.match(await terminals.list(reader, sessionId), [{}, {}, {}, { id }]);
  t.same(await askAsEach(actors, (actor) => terminals.ticket(actor, id, undefined)), {
    ...allowed,
    other: 'TERMINAL_NOT_FOUND',
  });
  await t.rejects(terminals.ticket(reader, id, 'watching'), { code: 'FORBIDDEN' });
  await t.rejects(terminals.ticket(actors.instructor, id, 'owner'), { code: 'FORBIDDEN' }, 'is alone');
  t.equal((await terminals.ticket(actors.owner, id, undefined)).role, 'owner');
  t.equal((await terminals.ticket(actors.owner, id, 'watching')).role, 'watching');
  t.equal((await terminals.ticket(actors.instructor, id, undefined)).role, 'watching');
  t.equal((await terminals.ticket(actors.instructor, id, 'assisting')).role, 'assisting');
  t.equal(await terminals.close(actors.instructor, id), true);
  t.equal(await terminals.close(actors.owner, id), false);
  await t.rejects(terminals.ticket(actors.owner, id, undefined), { code: 'TERMINAL_ENDED' });
  t.equal(await terminals.close(actors.owner, 'never-was'), false);
});

await test('a terminal that cannot be opened is rejected with its reason', async (t) => {
  const { terminals, owner, sessionId } = await serveTerminals(t, { terminalLimit: 3 });
  const open = (change: object) =>
    terminals.open(owner, { sessionId, machine: 'main', rows: 24, cols: 80, ...change });
  await t.rejects(open({ sessionId: 'none' }), { code: 'SESSION_NOT_FOUND' });
  await t.rejects(open({ machine: 'none' }), { code: 'MACHINE_NOT_FOUND' });
  await t.rejects(open({ rows: 0, cols: 0 }), { code: 'TERMINAL_SIZE_INVALID' });
  await t.rejects(open({ rows: 1e9, cols: 1e9 }), { code: 'TERMINAL_SIZE_INVALID' });

  const results = await Promise.allSettled(Array.from({ length: 12 }, () => open({})));
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  t.equal(opened.length, 3, 'twelve at once: as many as the limit');
  for (const result of results)
    if (result.status === 'rejected') t.match(result.reason, { code: 'TERMINAL_LIMIT' });
  await terminals.close(owner, opened[0]?.terminal.id ?? '');
  await t.resolves(open({}), 'a closed one frees a slot');
});

await test('a ticket opens its own terminal, once, within a minute', async (t) => {
  const clock = createFakeClock(new Date());
  const { owner, sessionId, open, urlOf, terminals } = await serveTerminals(t, { clock, terminalLimit: 3 });
  const refused = async (target: { url: string; ticket: string }, message: string) => {
    const client = TerminalClient.connect(target);
    t.match(await client.expectControl('error'), { code: 'TICKET_INVALID', retry: false }, message);
    t.same(await client.expectClosed(), { code: 4401, reason: 'TICKET_INVALID' }, message);
    t.equal(client.received, 0);
  };

  const one = await open(owner, sessionId, {});
  const two = await open(owner, sessionId, {});
  await refused({ url: two.url, ticket: one.ticket }, 'another terminal');
  await refused({ url: one.url, ticket: `${one.ticket}x` }, 'a wrong one');
  await refused({ url: one.url, ticket: '' }, 'none');
  await refused({ url: urlOf('never-was'), ticket: one.ticket }, 'no such terminal');

  const client = TerminalClient.connect(one);
  await client.expect('$ ');
  await refused(one, 'a second use');
  client.send('echo $((6*7))\r');
  await client.expect('\n42\n');
  await client.close();
  await terminals.close(owner, one.id);
  await refused(one, 'a use after the end');

  const race = await open(owner, sessionId, {});
  const rivals = [TerminalClient.connect(race), TerminalClient.connect(race)];
  const first = await Promise.race(
    rivals.map((rival) =>
      rival.expectControl('hello').then(
        () => rival,
        () => new Promise<never>(() => undefined),
      ),
    ),
  );
  const loser = rivals.find((rival) => rival !== first);
  t.same(await loser?.expectClosed(), { code: 4401, reason: 'TICKET_INVALID' }, 'two at the same time');
  await first.close();
  await terminals.close(owner, race.id);

  await clock.advance(60_001);
  await refused(two, 'after a minute');
  t.same(
    await terminals.list(owner, sessionId),
    [],
    'a terminal that was never attached is no longer listed',
  );
  await Promise.all([1, 2, 3].map(() => open(owner, sessionId, {})));
  await t.rejects(open(owner, sessionId, {}), { code: 'TERMINAL_LIMIT' }, 'and does not count');
});

await test('the database has no secrets of tickets', async (t) => {
  const { owner, sessionId, open, database } = await serveTerminals(t);
  const { ticket } = await open(owner, sessionId, {});
  const { client } = database;
  const rows = JSON.stringify([await client.terminal.findMany(), await client.terminalTicket.findMany()]);
  t.notOk(rows.includes(ticket));
  t.notOk(rows.includes(ticket.slice(-20)));
});
