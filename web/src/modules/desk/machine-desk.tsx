import { useClient } from 'urql';
import { FilePanel } from '../files/file-panel.tsx';
import { endTerminal } from '../terminal/open-terminals.ts';
import { TerminalTabs } from '../terminal/terminal-tabs.tsx';
import { addTerminal, closeTerminal, showTerminal } from './desk.ts';
import type { Desk, OpenMachine } from './desk.ts';
import { useTexts } from '../language/language.ts';
import { deskTexts } from './texts.ts';

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
  const texts = useTexts(deskTexts);
  const client = useClient();
  const name = named ? machine : undefined;
  return (
    <div className="desk" hidden={hidden}>
      {open.files !== 'unopened' && (
        <FilePanel
          at={{ session: sessionId, machine }}
          label={texts.filesOf(name)}
          hidden={open.files === 'hidden'}
        />
      )}
      <TerminalTabs
        label={texts.terminalsOf(name)}
        sessionId={sessionId}
        machine={machine}
        tabs={open.tabs}
        shown={open.shown}
        restarts={restarts}
        onShow={(number) => change((desk) => showTerminal(desk, machine, number))}
        onAdd={() => change((desk) => addTerminal(desk, machine))}
        onClose={(number) => {
          endTerminal(client, { sessionId, machine, number });
          change((desk) => closeTerminal(desk, machine, number));
        }}
      />
    </div>
  );
}
