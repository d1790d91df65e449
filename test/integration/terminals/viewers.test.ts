import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import type { ViewerRole } from '../../../src/domains/terminals/terminal.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';
import { until } from '../../kit/basics/until.ts';

await test('several people at one terminal', async (t) => {
  const server = await serveTerminals(t);
  const { actors, sessionId, terminals, urlOf } = server;
  const { owner, instructor } = actors;

  async function join(actor: Actor, id: string, role?: ViewerRole, query = '', acknowledge = true) {
    const { ticket } = await terminals.ticket(actor, id, role);
    return TerminalClient.connect({ url: urlOf(id) + query, ticket }, { acknowledge });
  }

  await t.test(
    'a watcher sees everything that the learner does, is shown to them, and cannot type',
    async (t) => {
      const learner = await server.shell(owner, sessionId, { rows: 30, cols: 100 });
      learner.send('echo be""fore\r');
      await learner.expect('\nbefore\n');
      learner.controls.length = 0;
      const watcher = await join(instructor, learner.id);
      const hello = await watcher.expectControl('hello');
      t.match(hello, { role: 'watching', offset: 0, rows: 30, cols: 100, snapshot: false });
      await watcher.expect('\nbefore\n');
      t.equal(hello['live'], watcher.received, 'earlier output is marked as such');
      const { viewers } = await learner.expectControl('viewers');
      t.match(viewers, [
        { role: 'owner', you: true },
        { role: 'watching', you: false, name: 'instructor' },
      ]);

      watcher.send('echo intruder\r');
      t.match(await watcher.expectControl('error'), { code: 'TERMINAL_READ_ONLY', retry: false });
      watcher.resize(10, 10);
      t.match(await watcher.expectControl('error'), { code: 'TERMINAL_READ_ONLY' });
      learner.resize(25, 90);
      t.match(await watcher.expectControl('size'), { rows: 25, cols: 90 });
      learner.send('stty size\r');
      await watcher.expect('\n25 90\n');
      t.notMatch(learner.text, /intruder/);
      for (let more = 0; more < 15; more++) watcher.send('x');
      t.same(await watcher.expectClosed(), { code: 4403, reason: 'TERMINAL_READ_ONLY' }, 'not forever');
      await until(() => (learner.controls.at(-1)?.['viewers'] as unknown[] | undefined)?.length === 1);
      await learner.end();
    },
  );

  await t.test('an assistant can type, and the learner sees who it is', async (t) => {
    const learner = await server.shell(owner, sessionId);
    const helper = await join(instructor, learner.id, 'assisting');
    t.match(await helper.expectControl('hello'), { role: 'assisting' });
    helper.resize(5, 5);
    helper.send('echo from-$((6*7)) $(stty size)\r');
    await learner.expect('\nfrom-42 24 80\n');
    t.match(await learner.expectControl('typing'), { name: 'instructor' });
    await helper.close();
    await learner.end();
  });

  await t.test('the owner is connected on two devices, and both type', async (t) => {
    const first = await server.shell(owner, sessionId);
    const second = await join(owner, first.id);
    t.match(await second.expectControl('hello'), { role: 'owner' });
    second.resize(40, 120);
    first.send('echo one\r');
    await second.expect('\none\n');
    second.send('stty size\r');
    await first.expect('\n40 120\n');
    t.match(await first.expectControl('size'), { rows: 40, cols: 120 });
    await first.close();
    second.send('echo still-$((40+2))\r');
    await second.expect('still-42');
    await second.close();
    await terminals.close(owner, first.id);
  });

  await t.test('a stalled viewer is disconnected, and the others never wait for it', async (t) => {
    const learner = await server.shell(owner, sessionId);
    const slow = await join(instructor, learner.id, undefined, '', false);
    await slow.expectControl('hello');
    slow.acknowledge(0);
    slow.socket.pause();
    // More than the output buffer holds.
    learner.send('seq 300000; echo do""ne\r');
    await learner.expect('done\n', 60_000);
    slow.socket.resume();
    slow.acknowledge(1e12);
    t.same(await slow.expectClosed(), { code: 1013, reason: 'TERMINAL_TOO_SLOW' });

    const back = await join(instructor, learner.id, undefined, '?from=100');
    const hello = await back.expectControl('hello');
    t.match(hello, { snapshot: true });
    t.equal(hello['offset'], hello['live']);
    t.equal(hello['offset'], learner.received, "it continues from the terminal's position");
    await until(() => back.snapshot.length > 0);
    t.match(back.snapshot.toString(), /299999\r\n300000\r\ndone/, 'and gets the screen');
    learner.send('echo af""ter\r');
    await back.expect('\nafter\n');
    await back.close();
    await learner.end();
  });

  await t.test(
    'a user who may no longer enter the session is disconnected, and the shell continues',
    async (t) => {
      const learner = await server.shell(owner, sessionId);
      const watcher = await join(instructor, learner.id);
      await watcher.expectControl('hello');
      await server.leaveCourses(instructor);
      t.equal((await watcher.expectClosed()).code, 1012);
      await t.rejects(terminals.ticket(instructor, learner.id, undefined), {
        code: 'TERMINAL_NOT_FOUND',
      });
      learner.send('echo still-$((40+2))\r');
      await learner.expect('still-42');
      await learner.end();
    },
  );
});

await test('a user who loses access while their screen is drawn does not join', async (t) => {
  const server = await serveTerminals(t);
  const { actors, sessionId, terminals, urlOf } = server;
  const { owner, instructor } = actors;
  const learner = await server.shell(owner, sessionId);
  // More than the output buffer holds, so that the screen must be drawn, with something that takes an emulator forever.
  learner.send(String.raw`seq 1 200000; printf '\n\033[2000000000L'; echo do""ne` + '\r');
  await learner.expect('\ndone\n', 60_000);
  const { ticket } = await terminals.ticket(instructor, learner.id, undefined);
  const watcher = TerminalClient.connect({ url: urlOf(learner.id), ticket });
  await sleep(1_000);
  t.same(watcher.controls, [], 'it is being drawn');
  await server.leaveCourses(instructor);
  t.match(await watcher.expectControl('error'), { code: 'TICKET_INVALID' });
  t.equal(watcher.received + watcher.snapshot.length, 0);
  await learner.end();
});

await test('a disconnected client gets the last output and the exit afterwards', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId, terminals, urlOf } = server;
  const client = await server.shell(owner, sessionId);
  client.forget();
  client.send('sleep 0.5; echo la""st; exit 3\r');
  await client.expect('exit 3\n');
  const had = client.received;
  client.socket.terminate();
  await until(async () => (await server.stored(client.id))?.endedAt !== undefined);
  const { ticket } = await terminals.ticket(owner, client.id, undefined);
  const back = TerminalClient.connect({ url: `${urlOf(client.id)}?from=${had}`, ticket });
  t.same(await back.expectClosed(), { code: 1000, reason: 'exited' });
  t.match(back.text, /^last\n/);
  t.same(back.controls.at(-1), { type: 'exit', code: 3 });
});

await test('input is counted per named client, over its connections', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId, terminals, urlOf } = server;
  const opened = await server.open(owner, sessionId, {});
  const named = async (typed: number, ticket: string) =>
    TerminalClient.connect({ url: `${urlOf(opened.id)}?client=a-device&typed=${typed}`, ticket });
  const first = await named(0, opened.ticket);
  t.match(await first.expectControl('hello'), { typed: 0 });
  await first.expect('$ ');
  first.send('echo one\r');
  t.match(await first.expectControl('typed'), { offset: 9 });
  const again = async () => (await terminals.ticket(owner, opened.id, undefined)).ticket;
  const second = await named(20, await again());
  t.equal((await first.expectClosed()).code, 1012, 'its earlier connection is over');
  t.match(await second.expectControl('hello'), { typed: 9 }, 'eleven bytes were lost');
  const [wrong, other] = ['?from=-1', '?client=short'].map(async (query) =>
    TerminalClient.connect({ url: urlOf(opened.id) + query, ticket: await again() }),
  );
  for (const client of [await wrong, await other]) {
    t.match(await client?.expectControl('error'), { code: 'INPUT_INVALID', message: /"from"/ });
  }
  await second.close();
  await terminals.close(owner, opened.id);
});
