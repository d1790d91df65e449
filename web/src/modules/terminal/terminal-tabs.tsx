import { useState } from 'react';
import { TerminalView } from './terminal-view.tsx';

/** Several shells in one machine, one shown at a time; those behind stay connected. */
export function TerminalTabs({ sessionId, machine }: { sessionId: string; machine: string }) {
  const [tabs, setTabs] = useState([1]);
  const [shown, setShown] = useState(1);

  function add() {
    const next = Math.max(0, ...tabs) + 1;
    setTabs([...tabs, next]);
    setShown(next);
  }

  function close(tab: number) {
    const left = tabs.filter((each) => each !== tab);
    setTabs(left);
    if (shown === tab) setShown(left.at(-1) ?? 0);
  }

  return (
    <div className="terminals">
      <div className="tabs" role="tablist" aria-label="Terminals">
        {tabs.map((tab) => (
          <span key={tab} className={tab === shown ? 'tab shown' : 'tab'}>
            <button type="button" role="tab" aria-selected={tab === shown} onClick={() => setShown(tab)}>
              Terminal {tab}
            </button>
            <button type="button" aria-label={`Close terminal ${tab}`} onClick={() => close(tab)}>
              ×
            </button>
          </span>
        ))}
        <button type="button" className="tab" aria-label="Open another terminal" onClick={add}>
          +
        </button>
      </div>
      {tabs.map((tab) => (
        <TerminalView key={tab} sessionId={sessionId} machine={machine} shown={tab === shown} />
      ))}
    </div>
  );
}
