import { useClient } from 'urql';
import { workspaceTexts } from './texts.ts';
import { addTerminal, closeTerminal, showTerminal } from './workspace.ts';
import type { OpenMachine, Workspace } from './workspace.ts';
import { FilePanel } from '../files/file-panel.tsx';
import { useTexts } from '../language/language.ts';
import { endTerminal } from '../terminal/open-terminals.ts';
import { TerminalTabs } from '../terminal/terminal-tabs.tsx';

/** Shows the files and terminals of one machine. While hidden, they stay connected. */
export function MachineWorkspace(props: {
  sessionId: string;
  machine: string;
  open: OpenMachine;
  hidden: boolean;
  /** Whether the labels contain the machine's name, because the session has several machines. */
  named: boolean;
  /** Number of restarts from this page. A restart ends all shells. */
  restarts: number;
  change: (update: (workspace: Workspace) => Workspace) => void;
}) {
  const { sessionId, machine, open, hidden, named, restarts, change } = props;
  const texts = useTexts(workspaceTexts);
  const client = useClient();
  const name = named ? machine : undefined;
  return (
    <div className="workspace" hidden={hidden}>
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
        shown={open.shownTerminal}
        restarts={restarts}
        onShow={(number) => change((workspace) => showTerminal(workspace, machine, number))}
        onAdd={() => change((workspace) => addTerminal(workspace, machine))}
        onClose={(number) => {
          endTerminal(client, { sessionId, machine, number });
          change((workspace) => closeTerminal(workspace, machine, number));
        }}
      />
    </div>
  );
}
