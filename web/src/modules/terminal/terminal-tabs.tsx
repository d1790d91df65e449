import { useState } from 'react';
import { unknownStatus } from './follow-terminal.ts';
import type { TerminalStatus } from './follow-terminal.ts';
import { TerminalView } from './terminal-view.tsx';
import { SettingsButton } from './settings-button.tsx';
import { useTexts } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

/** Shows the terminals of one machine as tabs. Hidden terminals stay connected. */
export function TerminalTabs(props: {
  label: string;
  sessionId: string;
  machine: string;
  tabs: readonly { number: number; focused: boolean; terminal?: string }[];
  /** Number of the tab that is shown. */
  shown: number;
  /** Number of restarts. A restart ends all shells, and each tab gets a new one. */
  restarts: number;
  onShow: (tab: number) => void;
  onAdd: () => void;
  onClose: (tab: number) => void;
}) {
  const { label, sessionId, machine, tabs, shown, restarts, onShow, onAdd, onClose } = props;
  const texts = useTexts(terminalTexts);
  const [statuses, setStatuses] = useState<ReadonlyMap<number, TerminalStatus>>(new Map());
  const { durable, recorded } = statuses.get(shown) ?? unknownStatus;
  return (
    <div className="terminals">
      <nav className="tabs" aria-label={label}>
        {tabs.map(({ number }) => (
          <span key={number} className={number === shown ? 'tab shown' : 'tab'}>
            <button type="button" aria-pressed={number === shown} onClick={() => onShow(number)}>
              {texts.terminal(number)}
            </button>
            <button type="button" aria-label={texts.close(number)} onClick={() => onClose(number)}>
              ×
            </button>
          </span>
        ))}
        <button type="button" className="tab add" onClick={onAdd}>
          + <span className={tabs.length > 0 ? 'unseen' : undefined}>{texts.openAnother}</span>
        </button>
        <output>{recorded && <span className="hint recorded">{texts.recorded[recorded]}</span>}</output>
        <span className="hints">
          {durable === false && <span className="hint">{texts.notDurable}</span>}
          <span className="hint">{texts.leave}</span>
        </span>
        <SettingsButton sessionId={sessionId} />
      </nav>
      {tabs.map(({ number, focused, terminal }) => (
        <TerminalView
          key={`${restarts} ${number}`}
          sessionId={sessionId}
          machine={machine}
          number={number}
          terminal={restarts > 0 ? undefined : terminal}
          shown={number === shown}
          focused={focused || restarts > 0}
          onStatus={(status) => setStatuses((known) => new Map(known).set(number, status))}
        />
      ))}
    </div>
  );
}
