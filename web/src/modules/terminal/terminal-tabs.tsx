import { TerminalView } from './terminal-view.tsx';

/** Several shells in one machine, one shown at a time; those behind stay connected. */
export function TerminalTabs(props: {
  label: string;
  sessionId: string;
  machine: string;
  tabs: readonly { number: number; focused: boolean }[];
  /** Number of the one that is shown. */
  shown: number;
  /** Each restart of the machine ends its shells, and new ones take their places. */
  restarts: number;
  onShow: (tab: number) => void;
  onAdd: () => void;
  onClose: (tab: number) => void;
}) {
  const { label, sessionId, machine, tabs, shown, restarts, onShow, onAdd, onClose } = props;
  return (
    <div className="terminals">
      <nav className="tabs" aria-label={label}>
        {tabs.map(({ number }) => (
          <span key={number} className={number === shown ? 'tab shown' : 'tab'}>
            <button type="button" aria-pressed={number === shown} onClick={() => onShow(number)}>
              Terminal {number}
            </button>
            <button type="button" aria-label={`Close terminal ${number}`} onClick={() => onClose(number)}>
              ×
            </button>
          </span>
        ))}
        <button type="button" className="tab add" onClick={onAdd}>
          + <span className={tabs.length > 0 ? 'unseen' : undefined}>Open another terminal</span>
        </button>
        <span className="hint">Esc, then Tab leaves the terminal</span>
      </nav>
      {tabs.map(({ number, focused }) => (
        <TerminalView
          key={`${restarts} ${number}`}
          sessionId={sessionId}
          machine={machine}
          number={number}
          shown={number === shown}
          focused={focused || restarts > 0}
        />
      ))}
    </div>
  );
}
