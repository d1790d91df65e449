import { WebSocket } from 'ws';
import type { Test } from 'tap';
import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import type { ConnectOptions } from 'berth-terminal-client/connect-terminal';
import type { TerminalEnd, TerminalState } from 'berth-terminal-client/terminal-events';
import { fasterTimers } from './faster-timers.ts';
import type { ScriptedTerminal } from './scripted-terminal.ts';

/** Pauses are so many times shorter than they would be, so that thousands fit into a test. */
const FASTER = 50;

/** A client of a scripted terminal, and all that it was told. */
export function followTerminal(t: Test, terminal: ScriptedTerminal, options: Partial<ConnectOptions> = {}) {
  const told = {
    /** Since the screen was emptied last. */
    output: [] as Uint8Array[],
    replayed: '',
    live: '',
    resets: 0,
    states: [] as TerminalState[],
    /** The names that `attach` was called with. */
    asked: [] as (string | undefined)[],
    viewers: [] as unknown[],
    sizes: [] as unknown[],
    typing: [] as unknown[],
    problems: [] as string[],
    dropped: 0,
    ends: [] as TerminalEnd[],
    get text() {
      return Buffer.concat(told.output).toString();
    },
  };
  const connection = connectTerminal({
    WebSocket,
    timers: fasterTimers(FASTER),
    async attach(name) {
      told.asked.push(name);
      return terminal.admit();
    },
    onOutput({ bytes, replayed }, shown) {
      told.output.push(bytes);
      told[replayed ? 'replayed' : 'live'] += Buffer.from(bytes).toString();
      shown();
    },
    onReset() {
      told.resets += 1;
      told.output = [];
    },
    onState: (state) => told.states.push(state),
    onViewers: (viewers) => told.viewers.push(viewers),
    onSize: (size) => told.sizes.push(size),
    onTyping: (typing) => told.typing.push(typing),
    onProblem: ({ code }) => told.problems.push(code),
    onInputDropped: (bytes) => (told.dropped += bytes),
    onEnd: (end) => told.ends.push(end),
    ...options,
  });
  t.teardown(() => connection.close());
  return { connection, told };
}
