import { test } from 'tap';
import { deferred } from '../../../src/core/async.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';

const isGone = (owner: string) => owner === 'the-dead';

await test('durable shells of a dead process continue with the next, which sends the missed output', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId } = server;
  const dead = await server.another({ leaseOwner: 'the-dead' });
  const left = await dead.shell(owner, sessionId);
  left.forget();
  left.send('word=kept; cd /tmp; (sleep 1; echo mean""while) & sleep 0.2\r');
  await left.expect(/sleep 0.2\n[^]*\$ /);
  const had = left.received;
  const next = await server.another({ isGone });
  await next.terminals.recover();
  t.same(await left.expectClosed(), { code: 1012, reason: 'TERMINAL_ELSEWHERE' });
  t.match(await next.terminals.list(owner, sessionId), [{ id: left.id, durable: true }]);

  const { ticket } = await next.terminals.ticket(owner, left.id, undefined);
  const back = TerminalClient.connect({ url: `${next.urlOf(left.id)}?from=${had}`, ticket });
  const hello = await back.expectControl('hello');
  t.match(hello, { offset: had, role: 'owner', durable: true, snapshot: false });
  await back.expect('meanwhile\n');
  t.notMatch(back.text, /sleep 0/, 'and nothing twice');
  back.send('echo $word in $PWD\r');
  await back.expect('\nkept in /tmp\n');
  await back.close();
  await next.terminals.close(owner, left.id);
  t.same(await server.processes(), []);
});

await test('a process that dies between storing and starting a shell leaves one that the next adopts', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId, engine } = server;
  const noted = deferred<void>();
  const dead = await server.another({
    leaseOwner: 'the-dead',
    engine: {
      ...engine,
      openTerminal: (machineId, spec) =>
        engine.openTerminal(machineId, {
          ...spec,
          async beforeStart(shell) {
            await spec.beforeStart?.(shell);
            noted.resolve();
            await new Promise(() => undefined);
          },
        }),
    },
  });
  const opened = await dead.open(owner, sessionId, {});
  const cut = TerminalClient.connect(opened);
  await noted.promise;
  cut.socket.terminate();

  const next = await server.another({ isGone });
  await next.terminals.recover();
  const { ticket } = await next.terminals.ticket(owner, opened.id, undefined);
  const back = TerminalClient.connect({ url: next.urlOf(opened.id), ticket });
  t.match(await back.expectControl('hello'), { offset: 0 });
  await back.expect('$ ');
  back.send('echo here-$((40+2)); stty size\r');
  await back.expect('\nhere-42\n24 80\n');
  await back.close();
  await next.terminals.close(owner, opened.id);
  t.same(await server.processes(), []);
});

await test('a stopping service leaves its durable shells to the next, immediately', async (t) => {
  const server = await serveTerminals(t);
  const { owner, sessionId } = server;
  const first = await server.another({ isGone: () => false });
  const client = await first.shell(owner, sessionId);
  client.send('word=kept\r');
  await first.app.close();
  await first.terminals.shutdown();
  t.same(await client.expectClosed(), { code: 1012, reason: 'SHUTTING_DOWN' });
  await server.terminals.recover();
  const { ticket } = await server.terminals.ticket(owner, client.id, undefined);
  const back = TerminalClient.connect({ url: server.urlOf(client.id), ticket });
  t.match(await back.expectControl('hello'), { offset: 0 }, 'all output exists');
  back.send('echo $word\r');
  await back.expect('\nkept\n');
  await back.close();
  await server.terminals.close(owner, client.id);
});
