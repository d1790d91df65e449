import { Duplex } from 'node:stream';
import { deferred } from '../../../src/core/async.ts';
import type { EngineTerminal, TerminalEnd } from '../../../src/engine/engine-terminals.ts';
import { createOutputBudgets } from '../../../src/domains/terminals/pacing.ts';

/** A connection to a shell, which the test breaks. */
export function shellConnection(options: Partial<Pick<EngineTerminal, 'end' | 'resize'>> = {}) {
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
    end: async () => undefined,
    ...options,
  };
  return { terminal, stream, typed, cut: () => over.resolve('cut') };
}

/** Options of a live terminal that nothing observes. */
export const unobserved = {
  size: { rows: 24, cols: 80 },
  learnerId: 'u1',
  budgets: createOutputBudgets(),
  onActivity: () => undefined,
  onResize: () => undefined,
};
