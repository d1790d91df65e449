import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { AttachRefused } from 'berth-terminal-client/attach-refused';
import { followTerminal } from '../../kit/terminals/followed-terminal.ts';
import { startScriptedTerminal } from '../../kit/terminals/scripted-terminal.ts';
import { until } from '../../kit/basics/until.ts';

await test('a broken connection resumes at the next byte, and only older output is marked as replayed', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection, received } = followTerminal(t, terminal);
  terminal.print('one;');
  await until(() => received.text === 'one;' && connection.state === 'open');
  terminal.cut();
  terminal.print('two;');
  await until(() => received.text === 'one;two;' && connection.state === 'open');
  terminal.print('three;');
  await until(() => received.text === 'one;two;three;');
  t.match(received.live, /three;$/);
  t.match(received.replayed, /two;$/);
  t.equal(received.resets, 0);
  t.same(received.states, ['open', 'reconnecting', 'open']);
  t.same(received.asked, [undefined, 'one']);
  t.same(
    terminal.connections.map(({ from }) => from),
    [undefined, 4],
  );
});

await test('replayed and new output in one frame are separated', async (t) => {
  const terminal = await startScriptedTerminal(t);
  terminal.print('past;');
  const { received } = followTerminal(t, terminal);
  await until(() => received.text === 'past;');
  terminal.print('present;');
  await until(() => received.text === 'past;present;');
  t.equal(received.replayed, 'past;');
  t.equal(received.live, 'present;');
});

await test('if old output is gone, a snapshot is drawn, and again if it was interrupted', async (t) => {
  const terminal = await startScriptedTerminal(t, { kept: 5 });
  terminal.print('long ago;');
  const { connection, received } = followTerminal(t, terminal);
  await until(() => received.text === 'as of 9;');
  t.equal(received.live, '', 'a snapshot shows the past');
  terminal.cut();
  await until(() => terminal.connections.length === 2 && received.text === 'as of 9;');
  t.equal(terminal.connections[1]?.from, undefined, 'it may be incomplete');
  await until(() => connection.state === 'open');
  terminal.print('now;');
  await until(() => received.text === 'as of 9;now;');
  terminal.cut();
  await until(() => terminal.connections.length === 3 && connection.state === 'open');
  t.equal(terminal.connections[2]?.from, 13);
  t.equal(received.text, 'as of 9;now;');
});

await test('shown output is acknowledged, and the server waits for the rest', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const held: (() => void)[] = [];
  let received = 0;
  const { connection } = followTerminal(t, terminal, {
    onOutput({ bytes }, shown) {
      received += bytes.length;
      held.push(shown);
    },
  });
  await until(() => connection.state === 'open');
  terminal.print(Buffer.alloc(2_000_000));
  await until(() => received > 0);
  await sleep(100);
  t.ok(received < 700_000, `${received} bytes came`);
  t.same(terminal.connections[0]?.acks, [0]);
  await until(() => {
    held.shift()?.();
    return received === 2_000_000;
  });
  for (const shown of held) shown();
  await until(() => (terminal.connections[0]?.acks.at(-1) ?? 0) > 2_000_000 - 65_536);
  terminal.cut();
  await until(() => terminal.connections[1]?.acks.length === 1);
  t.same(terminal.connections[1], { ...terminal.connections[1], from: 2_000_000, acks: [2_000_000] });
});

await test('input typed offline is sent once and in order after connecting', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection, received } = followTerminal(t, terminal, {
    onState: (state) => state === 'open' && connection.input('later;'),
  });
  connection.input('first;');
  connection.input('second;');
  await until(() => terminal.input === 'first;second;later;');
  terminal.leave();
  await until(() => connection.state === 'reconnecting');
  connection.input('third;');
  terminal.reconnect();
  await until(() => terminal.input.endsWith('third;later;'));
  t.equal(terminal.input, 'first;second;later;third;later;');

  terminal.leave();
  await until(() => connection.state === 'reconnecting');
  connection.input(Buffer.alloc(60_000, 'a'));
  connection.input(Buffer.alloc(10_000, 'b'));
  t.equal(received.dropped, 10_000, 'input beyond the capacity is dropped');
  connection.input('c');
  terminal.reconnect();
  await until(() => terminal.input.endsWith('aaclater;'));
  t.notMatch(terminal.input, /b/);
});

await test('a long paste is split into frames that the server accepts', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection } = followTerminal(t, terminal);
  await until(() => connection.state === 'open');
  const text = '0123456789'.repeat(20_000);
  connection.input(text);
  await until(() => terminal.input === text);
  t.end();
});

await test('final close codes end the connection with the reason', async (t) => {
  const exited = await startScriptedTerminal(t);
  const a = followTerminal(t, exited);
  await until(() => a.connection.state === 'open');
  exited.control({ type: 'exit', code: 3 });
  exited.close(1000);
  await until(() => a.connection.state === 'ended');

  const ended = await startScriptedTerminal(t);
  const b = followTerminal(t, ended);
  await until(() => b.connection.state === 'open');
  ended.close(4410, { code: 'SESSION_IDLE' });
  await until(() => b.connection.state === 'ended');

  const silent = await startScriptedTerminal(t);
  const c = followTerminal(t, silent);
  await until(() => c.connection.state === 'open');
  silent.close(1009);
  await until(() => c.connection.state === 'ended');

  const refused = await startScriptedTerminal(t);
  const d = followTerminal(t, refused, {
    attach: async () => {
      throw new AttachRefused({ code: 'TERMINAL_ENDED', message: 'It ended.', details: {} });
    },
  });
  await until(() => d.connection.state === 'ended');

  await sleep(100);
  t.same(a.received.ends, [{ why: 'exited', exitCode: 3 }]);
  t.same(b.received.ends, [{ why: 'refused', code: 'SESSION_IDLE', message: '', details: {} }]);
  t.same(c.received.ends, [{ why: 'closed', closeCode: 1009 }]);
  t.match(d.received.ends, [{ why: 'refused', code: 'TERMINAL_ENDED' }]);
  t.same(
    [exited, ended, silent].map(({ connections }) => connections.length),
    [1, 1, 1],
  );
});

await test('a server that sends invalid frames is rejected with the reason', async (t) => {
  for (const nonsense of [
    'no JSON',
    'null',
    '{"type":7}',
    '{"type":"size","rows":1000000000,"cols":1}',
    '{"type":"viewers","viewers":[null]}',
    '{"type":"typed","offset":"1"}',
  ]) {
    const terminal = await startScriptedTerminal(t);
    const { connection, received } = followTerminal(t, terminal);
    await until(() => connection.state === 'open');
    terminal.controlText(nonsense);
    await until(() => connection.state === 'ended');
    t.match(
      received.ends,
      [{ why: 'refused', code: 'FRAME_INVALID', message: /invalid control frame/ }],
      nonsense,
    );
    t.equal(terminal.connections.length, 1);
  }
});

await test('temporary errors are retried with delays', async (t) => {
  const terminal = await startScriptedTerminal(t);
  let tries = 0;
  const { connection, received } = followTerminal(t, terminal, {
    async attach() {
      tries += 1;
      if (tries <= 3) throw new TypeError('Failed to fetch');
      return terminal.admit();
    },
  });
  await until(() => connection.state === 'open');
  t.same(received.states, ['reconnecting', 'open']);
  terminal.refuseNext(1013, { code: 'RATE_LIMITED' });
  terminal.close(1012, { code: 'TERMINAL_ELSEWHERE' });
  await until(() => received.states.length === 4);
  t.same(received.problems, ['TERMINAL_ELSEWHERE', 'RATE_LIMITED']);
  t.same(received.ends, []);
  t.equal(new Set(terminal.connections.map(({ ticket }) => ticket)).size, 3, 'each with a new ticket');
});

await test('a server that accepts but sends nothing times out', async (t) => {
  const terminal = await startScriptedTerminal(t);
  terminal.beSilent(true);
  const { connection, received } = followTerminal(t, terminal);
  await until(() => received.asked.length === 2);
  terminal.beSilent(false);
  await until(() => connection.state === 'open');
  t.end();
});

await test('the size is sent after connecting, and again on each connection with another size', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection } = followTerminal(t, terminal);
  connection.resize(30, 100);
  await until(() => terminal.connections[0]?.sizes.length === 1);
  connection.resize(24, 80);
  await until(() => terminal.connections[0]?.sizes.length === 2);
  terminal.leave();
  await until(() => connection.state === 'reconnecting');
  connection.resize(40, 120);
  terminal.reconnect();
  await until(() => terminal.connections[1]?.sizes.length === 1);
  t.same(
    terminal.connections.map(({ sizes }) => sizes),
    [
      [
        { rows: 30, cols: 100 },
        { rows: 24, cols: 80 },
      ],
      [{ rows: 40, cols: 120 }],
    ],
  );
});

await test('a watcher cannot type or resize, and is notified of other viewers', async (t) => {
  const terminal = await startScriptedTerminal(t, { role: 'watching' });
  const { connection, received } = followTerminal(t, terminal, { terminal: 'one' });
  connection.input('early');
  connection.resize(30, 100);
  await until(() => connection.state === 'open');
  connection.input('late');
  const ada = { id: 'v1', name: 'Ada', role: 'owner', you: false };
  terminal.control({ type: 'viewers', viewers: [ada] });
  terminal.control({ type: 'size', rows: 20, cols: 70 });
  terminal.control({ type: 'typing', viewer: 'v2', name: 'Iris' });
  terminal.control({ type: 'error', code: 'TERMINAL_READ_ONLY', message: '', details: {} });
  terminal.control({ type: 'unheard of' });
  await until(() => received.problems.length === 1);
  t.same(received.viewers, [[ada]]);
  t.match(received.sizes, [{ rows: 20, cols: 70 }]);
  t.match(received.typing, [{ viewer: 'v2', name: 'Iris' }]);
  t.same(received.asked, ['one']);
  t.equal(terminal.input, '');
  t.same(terminal.connections[0]?.sizes, []);
  t.equal(connection.state, 'open');
});

await test('after close() there are no callbacks and no retries', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection, received } = followTerminal(t, terminal);
  await until(() => connection.state === 'open');
  connection.close();
  connection.close();
  terminal.print('unheard');
  connection.input('unsaid');
  await sleep(100);
  t.same(received.states, ['open', 'ended']);
  t.same(received.ends, []);
  t.equal(terminal.connections.length, 1);
  t.equal(terminal.input, '');
});
