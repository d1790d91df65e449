import { FitAddon } from '@xterm/addon-fit';
import type { Client } from 'urql';
import { copyText } from '../../components/copy-text.ts';
import { OSC_CLIPBOARD } from 'berth-terminal-client/queries';
import { createClipboardRequests } from './clipboard-requests.ts';
import type { ClipboardQuestion } from './clipboard-requests.ts';
import { connectTyping, createInputBuffer } from './typing.ts';
import { followTerminal } from './follow-terminal.ts';
import { createEmulator, resetEmulator } from './emulator.ts';
import { registerTerminal } from './open-terminals.ts';
import { createPastQueries } from './past-queries.ts';
import { attachTerminal, closeTerminal, openTerminal } from './terminal-api.ts';
import { connectInput } from './terminal-input.ts';
import type { InputEvents } from './terminal-input.ts';
import { chooseClipboardRule, clipboardRuleNow } from './terminal-settings.ts';
import type { TerminalStatus } from './follow-terminal.ts';
import type { TerminalTab } from './typing.ts';

interface ScreenOptions extends InputEvents {
  client: Client;
  tab: TerminalTab;
  /** Id of an open terminal; undefined for a new one. */
  terminal: string | undefined;
  /** Whether the terminal takes the focus. */
  focused: boolean;
  onClipboardQuestion: (question: ClipboardQuestion | undefined) => void;
  onStatus: (status: TerminalStatus) => void;
  /** Called with a message for the user when the shell has ended or could not start. */
  onEnd: (message: string) => void;
}

/** Shows one of the user's own terminals in `container`. Returns a function that disconnects it. */
export function showTerminal(container: HTMLElement, options: ScreenOptions): () => void {
  const { client, tab, focused } = options;
  const emulator = createEmulator();
  const past = createPastQueries(emulator);
  const early = createInputBuffer();
  const fit = new FitAddon();
  emulator.loadAddon(fit);
  emulator.open(container);
  fit.fit();
  const input = connectInput(
    container,
    emulator,
    {
      send: early.input,
      waiting: () => (connection?.state === 'open' ? connection.waiting : undefined),
    },
    options,
  );
  const clipboard = createClipboardRequests({
    rule: () => clipboardRuleNow(tab.sessionId),
    choose: (rule) => chooseClipboardRule(tab.sessionId, rule),
    ask: options.onClipboardQuestion,
    write: writeClipboard,
  });
  emulator.parser.registerOscHandler(OSC_CLIPBOARD, (request) => {
    if (!past.past) clipboard.handle(request);
    return true;
  });
  if (focused) emulator.focus();
  /** Whether this window answers terminal queries of programs. */
  let answers = true;
  /** Whether a resize comes from another window, so that it must not be sent back. */
  let following = false;

  function follow(cols: number, rows: number): void {
    following = true;
    emulator.resize(cols, rows);
    following = false;
  }

  const stopTyping = connectTyping(tab, (text) => {
    input.input(text);
    emulator.focus();
  });

  async function attach(terminal: string | undefined) {
    const { rows, cols } = emulator;
    const { sessionId: session, machine } = tab;
    const admission = await (terminal === undefined
      ? openTerminal(client, { session, machine, rows, cols })
      : attachTerminal(client, terminal, undefined));
    if (!closed) registerTerminal(tab, admission.terminal);
    // The tab was closed meanwhile, so nothing else would end the new shell.
    else if (terminal === undefined) void closeTerminal(client, admission.terminal);
    return admission;
  }

  const connect = () =>
    followTerminal({
      attach,
      terminal: options.terminal,
      onOutput: ({ bytes, replayed }, shown) => past.write(bytes, replayed || !answers, shown),
      // If the owner has several windows, only the last one answers terminal queries.
      onViewers: (viewers) => (answers = viewers.findLast(({ role }) => role === 'owner')?.you ?? true),
      onReset: () => resetEmulator(emulator),
      // Another window of the owner set this size. It applies until the user types here.
      onSize: ({ rows, cols }) => emulator.write('', () => follow(cols, rows)),
      onOpen() {
        early.connect((text) => connection?.input(text));
        input.sendMore();
      },
      onInputTaken: input.sendMore,
      onStatus: options.onStatus,
      onEnd(message) {
        stopTyping();
        options.onEnd(message);
      },
    });
  let connection: ReturnType<typeof connect> | undefined;
  let closed = false;

  // In development React mounts every component twice. The delay lets the first mount end without connecting.
  queueMicrotask(() => {
    if (closed) return;
    connection = connect();
    connection.resize(emulator.rows, emulator.cols);
  });
  emulator.onResize(({ rows, cols }) => {
    if (!following) connection?.resize(rows, cols);
  });
  const fitSize = () => {
    // A hidden tab cannot be measured, so it keeps its size.
    if (container.offsetParent) fit.fit();
  };
  const observer = new ResizeObserver(fitSize);
  observer.observe(container);
  container.addEventListener('focusin', fitSize);

  return () => {
    closed = true;
    stopTyping();
    clipboard.stop();
    observer.disconnect();
    container.removeEventListener('focusin', fitSize);
    connection?.close();
    emulator.dispose();
  };
}

/** Writes to the clipboard. Without a click, execCommand is not used: it would take the focus from the shell. */
async function writeClipboard(text: string, clicked: boolean): Promise<boolean> {
  if (clicked) return copyText(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
