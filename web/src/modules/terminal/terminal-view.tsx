import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { ClipboardQuestion } from './clipboard-requests.ts';
import { labelTerminal } from './emulator.ts';
import type { PasteProgress } from './paste-queue.ts';
import { StatusLine } from './status-line.tsx';
import type { PasteQuestion } from './pasted-text.ts';
import { ClipboardPrompt, PasteDialog } from './terminal-questions.tsx';
import { showTerminal } from './terminal-screen.ts';
import { unknownStatus } from './follow-terminal.ts';
import type { TerminalStatus } from './follow-terminal.ts';
import { connectTyping, typeInto } from './typing.ts';
import type { TerminalTab } from './typing.ts';
import { useTexts } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

interface ViewProps extends TerminalTab {
  /** Id of an open terminal; undefined for a new one. */
  terminal: string | undefined;
  shown: boolean;
  focused: boolean;
  onStatus: (status: TerminalStatus) => void;
}

/** Shows a terminal. Once its shell has ended, the user can open a new one. */
export function TerminalView({ focused, terminal, ...props }: ViewProps) {
  const [round, setRound] = useState(0);
  return (
    <ConnectedTerminal
      key={round}
      {...props}
      terminal={round > 0 ? undefined : terminal}
      focused={focused || round > 0}
      onReopen={() => setRound(round + 1)}
    />
  );
}

/** Shows one shell and keeps it connected while mounted. */
function ConnectedTerminal(props: ViewProps & { onReopen: () => void }) {
  const { sessionId, machine, number, terminal, shown, focused, onReopen } = props;
  const texts = useTexts(terminalTexts);
  const client = useClient();
  const container = useRef<HTMLDivElement>(null);
  const reopenButton = useRef<HTMLButtonElement>(null);
  const [status, setStatus] = useState(unknownStatus);
  const [pasting, setPasting] = useState<PasteProgress>();
  const [pasteQuestion, setPasteQuestion] = useState<PasteQuestion>();
  const [clipboardQuestion, setClipboardQuestion] = useState<ClipboardQuestion>();
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      container.current
        ? showTerminal(container.current, {
            client,
            tab: { sessionId, machine, number },
            terminal,
            focused,
            onPasting: setPasting,
            onPasteQuestion: setPasteQuestion,
            onClipboardQuestion: setClipboardQuestion,
            onStatus: setStatus,
            onEnd: setEnded,
          })
        : undefined,
    [client, sessionId, machine, number, terminal, focused],
  );

  const label = texts.terminal(number);
  useEffect(() => labelTerminal(container.current, label, texts.aboutTerminal));

  useEffect(() => {
    // If the terminal had the focus, the button gets it, so that Enter opens a new shell.
    if (ended !== undefined && container.current?.contains(document.activeElement))
      reopenButton.current?.focus();
  }, [ended]);

  const onStatus = useEffectEvent(props.onStatus);
  useEffect(() => onStatus(status), [status]);

  const reopen = useEffectEvent(onReopen);
  useEffect(() => {
    if (ended === undefined) return undefined;
    const tab = { sessionId, machine, number };
    // A command for this tab opens a new shell.
    const stop = connectTyping(tab, (text) => {
      stop();
      typeInto(tab, text);
      reopen();
    });
    return stop;
  }, [ended, sessionId, machine, number]);

  return (
    <section className="shell" aria-label={label} hidden={!shown}>
      <div className="shell-screen" ref={container} />
      {ended === undefined && <StatusLine status={status} pasting={pasting} />}
      {ended === undefined && <ClipboardPrompt question={clipboardQuestion} />}
      {pasteQuestion && (
        <PasteDialog question={pasteQuestion} onAnswered={() => setPasteQuestion(undefined)} />
      )}
      {ended !== undefined && (
        <div className="shell-end">
          <output>{ended}</output>
          <button type="button" ref={reopenButton} onClick={onReopen}>
            {texts.openNewShell}
          </button>
        </div>
      )}
    </section>
  );
}
