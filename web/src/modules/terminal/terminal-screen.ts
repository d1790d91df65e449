import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { gql } from 'urql';
import type { Client } from 'urql';
import { errorText } from '../api/error-text.ts';
import { createEarlyInput } from './early-input.ts';
import { keepKeys } from './terminal-keys.ts';
import { connectTerminal } from './terminal-socket.ts';
import type { TerminalSocket } from './terminal-socket.ts';
import { takeTyping } from './typing.ts';
import type { TerminalPlace } from './typing.ts';
import { textsNow } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

const OpenTerminal = gql<
  { openTerminal: { url: string; ticket: string } },
  { session: string; machine: string; rows: number; cols: number }
>`
  mutation OpenTerminal($session: ID!, $machine: String!, $rows: Int!, $cols: Int!) {
    openTerminal(input: { session: $session, machine: $machine, rows: $rows, cols: $cols }) {
      url
      ticket
    }
  }
`;

/** Lines kept above the screen. */
const SCROLLBACK_LINES = 5_000;

export interface ScreenOptions {
  client: Client;
  at: TerminalPlace;
  /** Whether what is typed goes to it at once. */
  focused: boolean;
  /** The shell has ended, or never began: what to tell. */
  onEnd: (message: string) => void;
}

/** Shows a new terminal of the session in `place`; returns what ends it. */
export function showTerminal(place: HTMLElement, options: ScreenOptions): () => void {
  const terminal = new Terminal({
    scrollback: SCROLLBACK_LINES,
    fontFamily: 'ui-monospace, monospace',
    fontSize: 14,
    // Rows as high as the font says cut the underscores off in some fonts.
    lineHeight: 1.1,
    cursorBlink: true,
  });
  const early = createEarlyInput();
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(place);
  fit.fit();
  keepKeys(terminal);
  if (options.focused) terminal.focus();

  let socket: TerminalSocket | undefined;
  let gone = false;

  function end(message: string) {
    stopTaking();
    options.onEnd(message);
  }

  async function connect() {
    if (gone) return;
    const { rows, cols } = terminal;
    const { sessionId: session, machine } = options.at;
    const { data, error } = await options.client.mutation(OpenTerminal, { session, machine, rows, cols });
    if (gone) return;
    if (!data) {
      end(error ? errorText(error) : textsNow(terminalTexts).notOpened);
      return;
    }
    const opened = connectTerminal(data.openTerminal.url, data.openTerminal.ticket, {
      onOpen() {
        early.handTo(opened.input);
        // The window may have changed while the shell was on its way.
        if (terminal.rows !== rows || terminal.cols !== cols) opened.resize(terminal.rows, terminal.cols);
      },
      onOutput: (bytes, taken) => terminal.write(bytes, taken),
      onEnd: ({ message }) => end(message),
    });
    socket = opened;
  }

  // In development React shows, hides and shows everything once: the first time opens nothing.
  queueMicrotask(() => void connect());
  terminal.onData(early.input);
  terminal.onResize((size) => socket?.resize(size.rows, size.cols));
  const observer = new ResizeObserver(() => {
    // A hidden tab has no size; it keeps its own until it is shown again.
    if (place.offsetParent) fit.fit();
  });
  observer.observe(place);
  const stopTaking = takeTyping(options.at, (text) => {
    early.input(text);
    terminal.focus();
  });

  return () => {
    gone = true;
    stopTaking();
    observer.disconnect();
    socket?.close();
    terminal.dispose();
  };
}
