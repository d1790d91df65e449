import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useClient } from 'urql';
import { showTerminal } from './terminal-screen.ts';
import { takeTyping, typeInto } from './typing.ts';
import type { TerminalPlace } from './typing.ts';
import { useTexts } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

interface ViewProps extends TerminalPlace {
  shown: boolean;
  focused: boolean;
}

/** A terminal that can be opened anew once its shell has ended. */
export function TerminalView({ focused, ...place }: ViewProps) {
  const [round, setRound] = useState(0);
  return (
    <ConnectedTerminal
      key={round}
      {...place}
      focused={focused || round > 0}
      onAgain={() => setRound(round + 1)}
    />
  );
}

/** One shell, connected for as long as it is on the page. */
function ConnectedTerminal(props: ViewProps & { onAgain: () => void }) {
  const { sessionId, machine, number, shown, focused, onAgain } = props;
  const texts = useTexts(terminalTexts);
  const client = useClient();
  const place = useRef<HTMLDivElement>(null);
  const again = useRef<HTMLButtonElement>(null);
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      place.current
        ? showTerminal(place.current, {
            client,
            at: { sessionId, machine, number },
            focused,
            onEnd: setEnded,
          })
        : undefined,
    [client, sessionId, machine, number, focused],
  );

  useEffect(() => {
    // Whoever was typing goes on by Enter; whoever was elsewhere is left there.
    if (ended !== undefined && place.current?.contains(document.activeElement)) again.current?.focus();
  }, [ended]);

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
    <div className="shell" hidden={!shown}>
      <div className="shell-screen" ref={place} />
      {ended !== undefined && (
        <div className="shell-end">
          <output>{ended}</output>
          <button type="button" ref={again} onClick={onAgain}>
            {texts.openNewShell}
          </button>
        </div>
      )}
    </div>
  );
}
