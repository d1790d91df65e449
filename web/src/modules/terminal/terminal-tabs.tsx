import { useState } from 'react';
import { TerminalView } from './terminal-view.tsx';

/** Several shells in one machine, one shown at a time; those behind stay connected. */
export function TerminalTabs(props: { sessionId: string; machine: string; focused: boolean }) {
  const { sessionId, machine, focused } = props;
  const [tabs, setTabs] = useState([1]);
  const [shown, setShown] = useState(1);
  const [opened, setOpened] = useState(1);

  function add() {
    setTabs([...tabs, opened + 1]);
    setShown(opened + 1);
    setOpened(opened + 1);
  }

  function close(tab: number) {
    const left = tabs.filter((each) => each !== tab);
    setTabs(left);
    if (shown === tab) setShown(left.at(-1) ?? 0);
  }

  return (
    <div className="terminals">
      <nav className="tabs" aria-label="Terminals">
        {tabs.map((tab) => (
          <span key={tab} className={tab === shown ? 'tab shown' : 'tab'}>
            <button type="button" aria-pressed={tab === shown} onClick={() => setShown(tab)}>
              Terminal {tab}
            </button>
            <button type="button" aria-label={`Close terminal ${tab}`} onClick={() => close(tab)}>
              ×
            </button>
          </span>
        ))}
        <button type="button" className="tab add" onClick={add}>
          + <span className={tabs.length > 0 ? 'unseen' : undefined}>Open another terminal</span>
        </button>
        <span className="hint">Esc, then Tab leaves the terminal</span>
      </nav>
      {tabs.map((tab) => (
        <TerminalView
          key={tab}
          sessionId={sessionId}
          machine={machine}
          shown={tab === shown}
          focused={focused || tab > 1}
        />
      ))}
    </div>
  );
}
