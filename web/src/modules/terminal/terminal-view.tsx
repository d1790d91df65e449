import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { ClipboardQuestion } from './clipboard-requests.ts';
import { nameTerminal } from './name-terminal.ts';
import type { PasteProgress } from './paste-queue.ts';
import { StatusLine } from './status-line.tsx';
import type { PasteQuestion } from './take-pastes.ts';
import { ClipboardAsker, PasteAsker } from './terminal-questions.tsx';
import { showTerminal } from './terminal-screen.ts';
import { unknownStatus } from './terminal-status.ts';
import type { TerminalStatus } from './terminal-status.ts';
import { takeTyping, typeInto } from './typing.ts';
import type { TerminalPlace } from './typing.ts';
import { useTexts } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

interface ViewProps extends TerminalPlace {
  /** A shell that is there already. */
  terminal: string | undefined;
  shown: boolean;
  focused: boolean;
  /** What there is to tell of it by now. */
  onStatus: (status: TerminalStatus) => void;
}

/** A terminal that can be opened anew once its shell has ended. */
export function TerminalView({ focused, terminal, ...place }: ViewProps) {
  const [round, setRound] = useState(0);
  return (
    <ConnectedTerminal
      key={round}
      {...place}
      terminal={round > 0 ? undefined : terminal}
      focused={focused || round > 0}
      onAgain={() => setRound(round + 1)}
    />
  );
}

/** One shell, connected for as long as it is on the page. */
function ConnectedTerminal(props: ViewProps & { onAgain: () => void }) {
  const { sessionId, machine, number, terminal, shown, focused, onAgain } = props;
  const texts = useTexts(terminalTexts);
  const client = useClient();
  const place = useRef<HTMLDivElement>(null);
  const again = useRef<HTMLButtonElement>(null);
  const [status, setStatus] = useState(unknownStatus);
  const [pasting, setPasting] = useState<PasteProgress>();
  const [pasteQuestion, askPaste] = useState<PasteQuestion>();
  const [clipboardQuestion, askClipboard] = useState<ClipboardQuestion>();
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      place.current
        ? showTerminal(place.current, {
            client,
            at: { sessionId, machine, number },
            terminal,
            focused,
            onPasting: setPasting,
            onPasteQuestion: askPaste,
            onClipboardQuestion: askClipboard,
            onStatus: setStatus,
            onEnd: setEnded,
          })
        : undefined,
    [client, sessionId, machine, number, terminal, focused],
  );

  const label = texts.terminal(number);
  useEffect(() => nameTerminal(place.current, label, texts.aboutTerminal));

  useEffect(() => {
    // A user who was typing goes on with Enter; the focus of others stays where it is.
    if (ended !== undefined && place.current?.contains(document.activeElement)) again.current?.focus();
  }, [ended]);

  const tellStatus = useEffectEvent(props.onStatus);
  useEffect(() => tellStatus(status), [status]);

  const openAgain = useEffectEvent(onAgain);
  useEffect(() => {
    if (ended === undefined) return undefined;
    const at = { sessionId, machine, number };
    // What is to run here gets a new shell.
    const stop = takeTyping(at, (text) => {
      stop();
      typeInto(at, text);
      openAgain();
    });
    return stop;
  }, [ended, sessionId, machine, number]);

  return (
    <section className="shell" aria-label={label} hidden={!shown}>
      <div className="shell-screen" ref={place} />
      {ended === undefined && <StatusLine status={status} pasting={pasting} />}
      {ended === undefined && <ClipboardAsker question={clipboardQuestion} />}
      {pasteQuestion && <PasteAsker question={pasteQuestion} onAnswered={() => askPaste(undefined)} />}
      {ended !== undefined && (
        <div className="shell-end">
          <output>{ended}</output>
          <button type="button" ref={again} onClick={onAgain}>
            {texts.openNewShell}
          </button>
        </div>
      )}
    </section>
  );
}
