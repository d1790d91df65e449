import { Duplex } from 'node:stream';
import { test } from 'tap';
import { deferred } from '../../../../src/core/deferred.ts';
import type { EngineTerminal, TerminalEnd } from '../../../../src/engine/engine-terminals.ts';
import { createOutputBudgets } from '../../../../src/domains/terminals/pacing/output-budgets.ts';
import { createLiveTerminal } from '../../../../src/domains/terminals/live-terminal.ts';

/** One connection to a shell, which the test cuts. */
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

await test('a shell that is let go while it is connected to again is let go at once, and its late connection hung up', async (t) => {
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
  t.equal(await live.over, 'elsewhere');
  answered.resolve(late.terminal);
  await new Promise(setImmediate);
  t.ok(late.stream.destroyed);
});

await test('a shell that is cut off again and again is ended before it is given up', async (t) => {
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

await test('a shell that cannot be ended takes no more input, and stays for who tries again', async (t) => {
  const { terminal, typed, cut } = connection(async () => {
    throw new Error('the engine is away');
  });
  const live = createLiveTerminal({ ...quiet, engineTerminal: terminal, reconnect: async () => undefined });
  live.input(Buffer.from('before'));
  await t.rejects(live.end(), /away/);
  live.input(Buffer.from('after'));
  t.same(typed, ['before']);
  cut();
  t.equal(await live.over, 'elsewhere', 'it is not told as ended');
});
