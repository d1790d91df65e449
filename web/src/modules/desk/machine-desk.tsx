import { FilePanel } from '../files/file-panel.tsx';
import { TerminalTabs } from '../terminal/terminal-tabs.tsx';
import { addTerminal, closeTerminal, showTerminal } from './desk.ts';
import type { Desk, OpenMachine } from './desk.ts';

/** Files and terminals of one machine. While another one is shown they are hidden, and go on. */
export function MachineDesk(props: {
  sessionId: string;
  machine: string;
  open: OpenMachine;
  hidden: boolean;
  /** Whether the session has others, so that this one has to be named. */
  named: boolean;
  /** How often the machine was restarted: each time its shells are gone. */
  restarts: number;
  change: (how: (desk: Desk) => Desk) => void;
}) {
  const { sessionId, machine, open, hidden, named, restarts, change } = props;
  const place = named ? ` on ${machine}` : '';
  return (
    <div className="desk" hidden={hidden}>
      {open.files !== 'unopened' && (
        <FilePanel
          at={{ session: sessionId, machine }}
          label={`Files${place}`}
          hidden={open.files === 'hidden'}
        />
      )}
      <TerminalTabs
        label={`Terminals${place}`}
        sessionId={sessionId}
        machine={machine}
        tabs={open.tabs}
        shown={open.shown}
        restarts={restarts}
        onShow={(number) => change((desk) => showTerminal(desk, machine, number))}
        onAdd={() => change((desk) => addTerminal(desk, machine))}
        onClose={(number) => change((desk) => closeTerminal(desk, machine, number))}
      />
    </div>
  );
}
