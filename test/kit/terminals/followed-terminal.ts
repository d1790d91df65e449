import { WebSocket } from 'ws';
import type { Test } from 'tap';
import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import type { ConnectOptions } from 'berth-terminal-client/connect-terminal';
import type { TerminalEnd, TerminalState } from 'berth-terminal-client/terminal-events';
import { fasterTimers } from './faster-timers.ts';
import type { ScriptedTerminal } from './scripted-terminal.ts';

/** Delays are shorter by this factor, so that thousands fit into a test. */
const FASTER = 50;

/** Connects a client to a scripted terminal and records what its callbacks receive. */
export function followTerminal(t: Test, terminal: ScriptedTerminal, options: Partial<ConnectOptions> = {}) {
  const received = {
    /** Since the screen was last cleared. */
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
      return Buffer.concat(received.output).toString();
    },
  };
  const connection = connectTerminal({
    WebSocket,
    timers: fasterTimers(FASTER),
    async attach(name) {
      received.asked.push(name);
      return terminal.admit();
    },
    onOutput({ bytes, replayed }, shown) {
      received.output.push(bytes);
      received[replayed ? 'replayed' : 'live'] += Buffer.from(bytes).toString();
      shown();
    },
    onReset() {
      received.resets += 1;
      received.output = [];
    },
    onState: (state) => received.states.push(state),
    onViewers: (viewers) => received.viewers.push(viewers),
    onSize: (size) => received.sizes.push(size),
    onTyping: (typing) => received.typing.push(typing),
    onProblem: ({ code }) => received.problems.push(code),
    onInputDropped: (bytes) => (received.dropped += bytes),
    onEnd: (end) => received.ends.push(end),
    ...options,
  });
  t.teardown(() => connection.close());
  return { connection, received };
}
