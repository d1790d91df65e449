import { FitAddon } from '@xterm/addon-fit';
import type { Client } from 'urql';
import { copyText } from '../../components/copy-text.ts';
import { OSC_CLIPBOARD } from 'berth-terminal-client/queries';
import { createClipboardRequests } from './clipboard-requests.ts';
import type { ClipboardQuestion } from './clipboard-requests.ts';
import { createEarlyInput } from './early-input.ts';
import { followTerminal } from './follow-terminal.ts';
import { newEmulator, resetEmulator } from './new-emulator.ts';
import { noteTerminal } from './open-terminals.ts';
import { createPastQueries } from './past-queries.ts';
import { attachTerminal, closeTerminal, openTerminal } from './terminal-api.ts';
import { takeInput } from './terminal-input.ts';
import type { InputEvents } from './terminal-input.ts';
import { chooseClipboardRule, clipboardRuleNow } from './terminal-settings.ts';
import type { TerminalStatus } from './terminal-status.ts';
import { takeTyping } from './typing.ts';
import type { TerminalPlace } from './typing.ts';

export interface ScreenOptions extends InputEvents {
  client: Client;
  at: TerminalPlace;
  /** A shell that is there already; a new one when left out. */
  terminal: string | undefined;
  /** Whether what is typed goes to it at once. */
  focused: boolean;
  onClipboardQuestion: (question: ClipboardQuestion | undefined) => void;
  onStatus: (status: TerminalStatus) => void;
  /** The shell has ended, or never began: what to tell. */
  onEnd: (message: string) => void;
}

/** Shows a terminal of one's own in `place`; returns what leaves it. */
export function showTerminal(place: HTMLElement, options: ScreenOptions): () => void {
  const { client, at, focused } = options;
  const emulator = newEmulator();
  const past = createPastQueries(emulator);
  const early = createEarlyInput();
  const fit = new FitAddon();
  emulator.loadAddon(fit);
  emulator.open(place);
  fit.fit();
  const input = takeInput(
    place,
    emulator,
    {
      send: early.input,
      waiting: () => (connection?.state === 'open' ? connection.waiting : undefined),
    },
    options,
  );
  const clipboard = createClipboardRequests({
    rule: () => clipboardRuleNow(at.sessionId),
    choose: (rule) => chooseClipboardRule(at.sessionId, rule),
    ask: options.onClipboardQuestion,
    write: writeClipboard,
  });
  emulator.parser.registerOscHandler(OSC_CLIPBOARD, (request) => {
    if (!past.past) clipboard.take(request);
    return true;
  });
  if (focused) emulator.focus();
  let answers = true;
  /** While it gets a size that somebody else chose. */
  let following = false;

  function follow(cols: number, rows: number): void {
    following = true;
    emulator.resize(cols, rows);
    following = false;
  }

  const stopTaking = takeTyping(at, (text) => {
    input.input(text);
    emulator.focus();
  });

  async function attach(terminal: string | undefined) {
    const { rows, cols } = emulator;
    const { sessionId: session, machine } = at;
    const way = await (terminal === undefined
      ? openTerminal(client, { session, machine, rows, cols })
      : attachTerminal(client, terminal, undefined));
    if (!gone) noteTerminal(at, way.terminal);
    // The tab was closed meanwhile, and nobody will come for it.
    else if (terminal === undefined) void closeTerminal(client, way.terminal);
    return way;
  }

  const connect = () =>
    followTerminal({
      attach,
      terminal: options.terminal,
      onOutput: ({ bytes, replayed }, shown) => past.write(bytes, replayed || !answers, shown),
      // Of several windows with the same terminal one answers what programs ask.
      onViewers: (viewers) => (answers = viewers.findLast(({ role }) => role === 'owner')?.you ?? true),
      onReset: () => resetEmulator(emulator),
      // One's other window has chosen it; it holds until this one is typed into.
      onSize: ({ rows, cols }) => emulator.write('', () => follow(cols, rows)),
      onOpen() {
        early.handTo((text) => connection?.input(text));
        input.goOn();
      },
      onInputTaken: input.goOn,
      onStatus: options.onStatus,
      onEnd(message) {
        stopTaking();
        options.onEnd(message);
      },
    });
  let connection: ReturnType<typeof connect> | undefined;
  let gone = false;

  // In development React shows, hides and shows everything once: the first time opens nothing.
  queueMicrotask(() => {
    if (gone) return;
    connection = connect();
    connection.resize(emulator.rows, emulator.cols);
  });
  emulator.onResize(({ rows, cols }) => {
    if (!following) connection?.resize(rows, cols);
  });
  const takeSize = () => {
    // A hidden tab has no size; it keeps its own until it is shown again.
    if (place.offsetParent) fit.fit();
  };
  const observer = new ResizeObserver(takeSize);
  observer.observe(place);
  place.addEventListener('focusin', takeSize);

  return () => {
    gone = true;
    stopTaking();
    clipboard.stop();
    observer.disconnect();
    place.removeEventListener('focusin', takeSize);
    connection?.close();
    emulator.dispose();
  };
}

/** Without a click the clipboard's older interface could only be had by taking the focus away from the shell. */
async function writeClipboard(text: string, clicked: boolean): Promise<boolean> {
  if (clicked) return copyText(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
