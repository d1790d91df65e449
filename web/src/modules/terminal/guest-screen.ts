import type { Client } from 'urql';
import { followTerminal } from './follow-terminal.ts';
import { newEmulator, resetEmulator } from './new-emulator.ts';
import { createPastQueries } from './past-queries.ts';
import { attachTerminal } from './terminal-api.ts';
import type { GuestRole } from './terminal-api.ts';
import { takeInput } from './terminal-input.ts';
import type { InputEvents } from './terminal-input.ts';
import type { TerminalStatus } from './terminal-status.ts';

export interface GuestOptions extends InputEvents {
  client: Client;
  terminal: string;
  as: GuestRole;
  onStatus: (status: TerminalStatus) => void;
  onEnd: (message: string) => void;
}

/** Shows a terminal of somebody else in `place`, at its size; returns what leaves it. */
export function showGuestTerminal(place: HTMLElement, options: GuestOptions): () => void {
  const { client, terminal, as, onStatus, onEnd } = options;
  const emulator = newEmulator();
  emulator.options.disableStdin = as === 'WATCHING';
  const past = createPastQueries(emulator);
  emulator.open(place);
  const input = takeInput(
    place,
    emulator,
    {
      send: (text) => connection?.input(text),
      waiting: () => (connection?.state === 'open' ? connection.waiting : undefined),
    },
    options,
  );
  if (as === 'ASSISTING') emulator.focus();

  /** After what was written for the size before. */
  const takeSize = ({ rows, cols }: { rows: number; cols: number }) =>
    emulator.write('', () => emulator.resize(cols, rows));

  const connect = () =>
    followTerminal({
      attach: () => attachTerminal(client, terminal, as),
      terminal,
      // The owner's client answers what programs ask of the terminal.
      onOutput: ({ bytes }, shown) => past.write(bytes, true, shown),
      onReset: () => resetEmulator(emulator),
      onHello: takeSize,
      onSize: takeSize,
      onOpen: input.goOn,
      onInputTaken: input.goOn,
      onStatus,
      onEnd,
    });
  let connection: ReturnType<typeof connect> | undefined;
  let gone = false;

  // In development React shows, hides and shows everything once: the first time opens nothing.
  queueMicrotask(() => {
    if (!gone) connection = connect();
  });

  return () => {
    gone = true;
    connection?.close();
    emulator.dispose();
  };
}
