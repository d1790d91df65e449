import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { AttachRefused } from 'berth-terminal-client/attach-refused';
import { followTerminal } from '../../support/followed-terminal.ts';
import { startScriptedTerminal } from '../../support/scripted-terminal.ts';
import { until } from '../../support/until.ts';

await test('a broken connection goes on where it was, and only the past is told to be past', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection, told } = followTerminal(t, terminal);
  terminal.print('one;');
  await until(() => told.text === 'one;' && connection.state === 'open');
  terminal.cut();
  terminal.print('two;');
  await until(() => told.text === 'one;two;' && connection.state === 'open');
  terminal.print('three;');
  await until(() => told.text === 'one;two;three;');
  t.match(told.live, /three;$/);
  t.match(told.replayed, /two;$/);
  t.equal(told.resets, 0);
  t.same(told.states, ['open', 'reconnecting', 'open']);
  t.same(told.asked, [undefined, 'one']);
  t.same(
    terminal.connections.map(({ from }) => from),
    [undefined, 4],
  );
});

await test('what came before the connection and what comes after is told apart within a frame', async (t) => {
  const terminal = await startScriptedTerminal(t);
  terminal.print('past;');
  const { told } = followTerminal(t, terminal);
  await until(() => told.text === 'past;');
  terminal.print('present;');
  await until(() => told.text === 'past;present;');
  t.equal(told.replayed, 'past;');
  t.equal(told.live, 'present;');
});

await test('where the past is gone the screen is drawn anew, and again when that broke off', async (t) => {
  const terminal = await startScriptedTerminal(t, { kept: 5 });
  terminal.print('long ago;');
  const { connection, told } = followTerminal(t, terminal);
  await until(() => told.text === 'as of 9;');
  t.equal(told.live, '', 'a drawing is of the past');
  terminal.cut();
  await until(() => terminal.connections.length === 2 && told.text === 'as of 9;');
  t.equal(terminal.connections[1]?.from, undefined, 'whether it had come whole cannot be known');
  await until(() => connection.state === 'open');
  terminal.print('now;');
  await until(() => told.text === 'as of 9;now;');
  terminal.cut();
  await until(() => terminal.connections.length === 3 && connection.state === 'open');
  t.equal(terminal.connections[2]?.from, 13);
  t.equal(told.text, 'as of 9;now;');
});

await test('what is shown is acknowledged, and the server waits for what is not', async (t) => {
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

await test('what is typed without a connection goes in order when there is one, once', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection, told } = followTerminal(t, terminal, {
    onState: (state) => state === 'open' && connection.input('later;'),
  });
  connection.input('first;');
  connection.input('second;');
  await until(() => terminal.input === 'first;second;later;');
  terminal.leave();
  await until(() => connection.state === 'reconnecting');
  connection.input('third;');
  terminal.comeBack();
  await until(() => terminal.input.endsWith('third;later;'));
  t.equal(terminal.input, 'first;second;later;third;later;');

  terminal.leave();
  await until(() => connection.state === 'reconnecting');
  connection.input(Buffer.alloc(60_000, 'a'));
  connection.input(Buffer.alloc(10_000, 'b'));
  t.equal(told.dropped, 10_000, 'what there is no room for is told');
  connection.input('c');
  terminal.comeBack();
  await until(() => terminal.input.endsWith('aaclater;'));
  t.notMatch(terminal.input, /b/);
});

await test('a long paste goes in frames that the server takes', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection } = followTerminal(t, terminal);
  await until(() => connection.state === 'open');
  const text = '0123456789'.repeat(20_000);
  connection.input(text);
  await until(() => terminal.input === text);
  t.end();
});

await test('final ends are final, and say why', async (t) => {
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
  t.same(a.told.ends, [{ why: 'exited', exitCode: 3 }]);
  t.same(b.told.ends, [{ why: 'refused', code: 'SESSION_IDLE', message: '', details: {} }]);
  t.same(c.told.ends, [{ why: 'closed', closeCode: 1009 }]);
  t.match(d.told.ends, [{ why: 'refused', code: 'TERMINAL_ENDED' }]);
  t.same(
    [exited, ended, silent].map(({ connections }) => connections.length),
    [1, 1, 1],
  );
});

await test('a server that does not speak the protocol is left, and that is told', async (t) => {
  for (const nonsense of [
    'no JSON',
    'null',
    '{"type":7}',
    '{"type":"size","rows":1000000000,"cols":1}',
    '{"type":"viewers","viewers":[null]}',
    '{"type":"typed","offset":"1"}',
  ]) {
    const terminal = await startScriptedTerminal(t);
    const { connection, told } = followTerminal(t, terminal);
    await until(() => connection.state === 'open');
    terminal.controlText(nonsense);
    await until(() => connection.state === 'ended');
    t.match(
      told.ends,
      [{ why: 'refused', code: 'FRAME_INVALID', message: /the terminal protocol/ }],
      nonsense,
    );
    t.equal(terminal.connections.length, 1);
  }
});

await test('whatever may pass is tried again, with pauses', async (t) => {
  const terminal = await startScriptedTerminal(t);
  let tries = 0;
  const { connection, told } = followTerminal(t, terminal, {
    async attach() {
      tries += 1;
      if (tries <= 3) throw new TypeError('Failed to fetch');
      return terminal.admit();
    },
  });
  await until(() => connection.state === 'open');
  t.same(told.states, ['reconnecting', 'open']);
  terminal.refuseNext(1013, { code: 'RATE_LIMITED' });
  terminal.close(1012, { code: 'TERMINAL_ELSEWHERE' });
  await until(() => told.states.length === 4);
  t.same(told.problems, ['TERMINAL_ELSEWHERE', 'RATE_LIMITED']);
  t.same(told.ends, []);
  t.equal(new Set(terminal.connections.map(({ ticket }) => ticket)).size, 3, 'each with a new ticket');
});

await test('a server that accepts and says nothing is given up', async (t) => {
  const terminal = await startScriptedTerminal(t);
  terminal.beSilent(true);
  const { connection, told } = followTerminal(t, terminal);
  await until(() => told.asked.length === 2);
  terminal.beSilent(false);
  await until(() => connection.state === 'open');
  t.end();
});

await test('a size is told once there is a connection, and on each that has another', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection } = followTerminal(t, terminal);
  connection.resize(30, 100);
  await until(() => terminal.connections[0]?.sizes.length === 1);
  connection.resize(24, 80);
  await until(() => terminal.connections[0]?.sizes.length === 2);
  terminal.leave();
  await until(() => connection.state === 'reconnecting');
  connection.resize(40, 120);
  terminal.comeBack();
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

await test('a watcher types nothing, has no size, and hears of the others', async (t) => {
  const terminal = await startScriptedTerminal(t, { role: 'watching' });
  const { connection, told } = followTerminal(t, terminal, { terminal: 'one' });
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
  await until(() => told.problems.length === 1);
  t.same(told.viewers, [[ada]]);
  t.match(told.sizes, [{ rows: 20, cols: 70 }]);
  t.match(told.typing, [{ viewer: 'v2', name: 'Iris' }]);
  t.same(told.asked, ['one']);
  t.equal(terminal.input, '');
  t.same(terminal.connections[0]?.sizes, []);
  t.equal(connection.state, 'open');
});

await test('after it is left nothing more is heard, nor tried', async (t) => {
  const terminal = await startScriptedTerminal(t);
  const { connection, told } = followTerminal(t, terminal);
  await until(() => connection.state === 'open');
  connection.close();
  connection.close();
  terminal.print('unheard');
  connection.input('unsaid');
  await sleep(100);
  t.same(told.states, ['open', 'ended']);
  t.same(told.ends, []);
  t.equal(terminal.connections.length, 1);
  t.equal(terminal.input, '');
});
