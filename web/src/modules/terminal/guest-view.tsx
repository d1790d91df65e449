import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { Client } from 'urql';
import { useTexts } from '../language/language.ts';
import { createEmulator, labelTerminal, resetEmulator } from './emulator.ts';
import { followTerminal, unknownStatus } from './follow-terminal.ts';
import { createPastQueries } from './past-queries.ts';
import type { PasteProgress } from './paste-queue.ts';
import type { PasteQuestion } from './pasted-text.ts';
import { StatusLine } from './status-line.tsx';
import { attachTerminal } from './terminal-api.ts';
import type { GuestRole } from './terminal-api.ts';
import { connectInput } from './terminal-input.ts';
import type { InputEvents } from './terminal-input.ts';
import { PasteDialog } from './terminal-questions.tsx';
import type { TerminalStatus } from './follow-terminal.ts';
import { terminalTexts } from './texts.ts';

/** Shows another user's terminal, to watch it or to help. */
export function GuestView({ label, terminal, as }: { label: string; terminal: string; as: GuestRole }) {
  const texts = useTexts(terminalTexts);
  const client = useClient();
  const container = useRef<HTMLDivElement>(null);
  const [status, setStatus] = useState(unknownStatus);
  const [pasting, setPasting] = useState<PasteProgress>();
  const [pasteQuestion, setPasteQuestion] = useState<PasteQuestion>();
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      container.current
        ? showGuestTerminal(container.current, {
            client,
            terminal,
            as,
            onPasting: setPasting,
            onPasteQuestion: setPasteQuestion,
            onStatus: setStatus,
            onEnd: setEnded,
          })
        : undefined,
    [client, terminal, as],
  );

  const description = as === 'WATCHING' ? texts.aboutWatched : texts.aboutTerminal;
  useEffect(() => labelTerminal(container.current, label, description));

  return (
    <section className="shell" aria-label={label}>
      <div className="shell-screen guest" ref={container} />
      {ended === undefined && <StatusLine status={status} pasting={pasting} />}
      {pasteQuestion && (
        <PasteDialog question={pasteQuestion} onAnswered={() => setPasteQuestion(undefined)} />
      )}
      {ended !== undefined && (
        <div className="shell-end">
          <output>{ended}</output>
        </div>
      )}
    </section>
  );
}

interface GuestOptions extends InputEvents {
  client: Client;
  terminal: string;
  as: GuestRole;
  onStatus: (status: TerminalStatus) => void;
  onEnd: (message: string) => void;
}

/** Shows another user's terminal in `container`, at the owner's size. Returns a function that disconnects it. */
function showGuestTerminal(container: HTMLElement, options: GuestOptions): () => void {
  const { client, terminal, as, onStatus, onEnd } = options;
  const emulator = createEmulator();
  emulator.options.disableStdin = as === 'WATCHING';
  const past = createPastQueries(emulator);
  emulator.open(container);
  const input = connectInput(
    container,
    emulator,
    {
      send: (text) => connection?.input(text),
      waiting: () => (connection?.state === 'open' ? connection.waiting : undefined),
    },
    options,
  );
  if (as === 'ASSISTING') emulator.focus();

  /** Resizes the screen after the output for the previous size is parsed. */
  const applySize = ({ rows, cols }: { rows: number; cols: number }) =>
    emulator.write('', () => emulator.resize(cols, rows));

  const connect = () =>
    followTerminal({
      attach: () => attachTerminal(client, terminal, as),
      terminal,
      // Only the owner's client answers terminal queries of programs.
      onOutput: ({ bytes }, shown) => past.write(bytes, true, shown),
      onReset: () => resetEmulator(emulator),
      onHello: applySize,
      onSize: applySize,
      onOpen: input.sendMore,
      onInputTaken: input.sendMore,
      onStatus,
      onEnd,
    });
  let connection: ReturnType<typeof connect> | undefined;
  let closed = false;

  // In development React mounts every component twice. The delay lets the first mount end without connecting.
  queueMicrotask(() => {
    if (!closed) connection = connect();
  });

  return () => {
    closed = true;
    connection?.close();
    emulator.dispose();
  };
}
