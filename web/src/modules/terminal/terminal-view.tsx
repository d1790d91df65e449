import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { showTerminal } from './terminal-screen.ts';

interface TerminalPlace {
  sessionId: string;
  machine: string;
  shown: boolean;
}

/** A terminal that can be opened anew once its shell has ended. */
export function TerminalView(place: TerminalPlace) {
  const [round, setRound] = useState(0);
  return <ConnectedTerminal key={round} {...place} onAgain={() => setRound(round + 1)} />;
}

/** One shell, connected for as long as it is on the page. */
function ConnectedTerminal({ sessionId, machine, shown, onAgain }: TerminalPlace & { onAgain: () => void }) {
  const client = useClient();
  const place = useRef<HTMLDivElement>(null);
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      place.current
        ? showTerminal(place.current, { client, sessionId, machine, onEnd: setEnded })
        : undefined,
    [client, sessionId, machine],
  );

  return (
    <div className="terminal" hidden={!shown}>
      <div className="terminal-screen" ref={place} />
      {ended !== undefined && (
        <div className="terminal-end">
          <output>{ended}</output>{' '}
          <button type="button" onClick={onAgain}>
            Open a new shell
          </button>
        </div>
      )}
    </div>
  );
}
