import { Duplex } from 'node:stream';
import { test } from 'tap';
import { deferred } from '../../../../src/core/async.ts';
import type { EngineTerminal, TerminalEnd } from '../../../../src/engine/engine-terminals.ts';
import { createOutputBudgets } from '../../../../src/domains/terminals/pacing.ts';
import { createLiveTerminal } from '../../../../src/domains/terminals/live-terminal.ts';

/** A connection to a shell, which the test breaks. */
function connection(end: () => Promise<void> = async () => undefined) {
  const over = deferred<TerminalEnd>();
  const typed: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write(bytes: Buffer, _encoding, done) {
      typed.push(bytes.toString());
      done();
    },
  });
  const terminal: EngineTerminal = {
    stream,
    offset: 0,
    durable: true,
    shell: '1:0:1/a',
    over: over.promise,
    resize: async () => undefined,
    end,
  };
  return { terminal, stream, typed, cut: () => over.resolve('cut') };
}

const quiet = {
  size: { rows: 24, cols: 80 },
  learnerId: 'u1',
  budgets: createOutputBudgets(),
  onActivity: () => undefined,
  onResize: () => undefined,
};

await test('a shell released during a reconnect is released immediately, and its late connection closed', async (t) => {
  const first = connection();
  const late = connection();
  const answered = deferred<EngineTerminal>();
  const live = createLiveTerminal({
    ...quiet,
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
    const { terminal, cut } = connection(async () => void ended++);
    setImmediate(cut);
    return terminal;
  };
  const live = createLiveTerminal({
    ...quiet,
    engineTerminal: next(),
    reconnect: async () => next(),
  });
  t.same(await live.over, { exitCode: undefined });
  t.equal(ended, 1);
});

await test('a shell that cannot be ended accepts no input, and stays for another attempt', async (t) => {
  const { terminal, typed, cut } = connection(async () => {
    throw new Error('the engine is unavailable');
  });
  const live = createLiveTerminal({ ...quiet, engineTerminal: terminal, reconnect: async () => undefined });
  live.input(Buffer.from('before'));
  await t.rejects(live.end(), /unavailable/);
  live.input(Buffer.from('after'));
  t.same(typed, ['before']);
  cut();
  t.equal(await live.over, 'other-process', 'it is not reported as ended');
});
