import { test } from 'tap';
import { deferred } from '../../../../src/core/async.ts';
import type { EngineTerminal } from '../../../../src/engine/engine-terminals.ts';
import { createLiveTerminal } from '../../../../src/domains/terminals/live-terminal.ts';
import { shellConnection, unobserved } from '../../../kit/terminals/shell-connection.ts';

await test('a shell released during a reconnect is released immediately, and its late connection closed', async (t) => {
  const first = shellConnection();
  const late = shellConnection();
  const answered = deferred<EngineTerminal>();
  const live = createLiveTerminal({
    ...unobserved,
    engineTerminal: first.terminal,
    reconnect: () => answered.promise,
  });
  first.cut();
  await new Promise(setImmediate);
  live.release();
  t.equal(await live.over, 'other-process');
  answered.resolve(late.terminal);
  await new Promise(setImmediate);
  t.ok(late.stream.destroyed);
});

await test('a shell that keeps losing its connection is ended before it is given up', async (t) => {
  let ended = 0;
  const next = () => {
    const { terminal, cut } = shellConnection({ end: async () => void ended++ });
    setImmediate(cut);
    return terminal;
  };
  const live = createLiveTerminal({
    ...unobserved,
    engineTerminal: next(),
    reconnect: async () => next(),
  });
  t.same(await live.over, { exitCode: undefined });
  t.equal(ended, 1);
});

await test('a shell that cannot be ended accepts no input, and stays for another attempt', async (t) => {
  const { terminal, typed, cut } = shellConnection({
    end: async () => {
      throw new Error('the engine is unavailable');
    },
  });
  const live = createLiveTerminal({
    ...unobserved,
    engineTerminal: terminal,
    reconnect: async () => undefined,
  });
  live.input(Buffer.from('before'));
  await t.rejects(live.end(), /unavailable/);
  live.input(Buffer.from('after'));
  t.same(typed, ['before']);
  cut();
  t.equal(await live.over, 'other-process', 'it is not reported as ended');
});

await test('a resize during a redraw keeps the new size', async (t) => {
  const sizes: string[] = [];
  const { terminal } = shellConnection({
    resize: async (rows, cols) => {
      sizes.push(`${rows}x${cols}`);
      await new Promise(setImmediate);
    },
  });
  const live = createLiveTerminal({
    ...unobserved,
    engineTerminal: terminal,
    reconnect: async () => undefined,
  });
  await Promise.all([live.redraw(), live.resize({ rows: 30, cols: 100 })]);
  t.same(sizes, ['24x79', '24x80', '30x100']);
  await Promise.all([live.resize({ rows: 31, cols: 101 }), live.redraw()]);
  t.same(sizes.slice(3), ['31x101', '31x100', '31x101']);
});
