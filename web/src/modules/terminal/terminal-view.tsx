import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { showTerminal } from './terminal-screen.ts';

interface TerminalPlace {
  sessionId: string;
  machine: string;
  shown: boolean;
  focused: boolean;
}

/** A terminal that can be opened anew once its shell has ended. */
export function TerminalView({ focused, ...place }: TerminalPlace) {
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
function ConnectedTerminal(props: TerminalPlace & { onAgain: () => void }) {
  const { sessionId, machine, shown, focused, onAgain } = props;
  const client = useClient();
  const place = useRef<HTMLDivElement>(null);
  const again = useRef<HTMLButtonElement>(null);
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      place.current
        ? showTerminal(place.current, { client, sessionId, machine, focused, onEnd: setEnded })
        : undefined,
    [client, sessionId, machine, focused],
  );

  useEffect(() => {
    // Whoever was typing goes on by Enter; whoever was elsewhere is left there.
    if (ended !== undefined && place.current?.contains(document.activeElement)) again.current?.focus();
  }, [ended]);

  return (
    <div className="shell" hidden={!shown}>
      <div className="shell-screen" ref={place} />
      {ended !== undefined && (
        <div className="shell-end">
          <output>{ended}</output>
          <button type="button" ref={again} onClick={onAgain}>
            Open a new shell
          </button>
        </div>
      )}
    </div>
  );
}
