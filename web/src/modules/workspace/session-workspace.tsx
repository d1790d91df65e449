import { useEffect, useEffectEvent, useState } from 'react';
import { flushSync } from 'react-dom';
import { useQuery } from 'urql';
import { SessionTerminalsDocument } from '../../generated/operations.ts';
import type { LabSession, RunningTerminal, SessionTerminalsResult } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { useRetry } from '../api/retry.ts';
import { translateReason } from '../api/service-message.ts';
import { restoreWorkspace, showFiles, showMachine, showTerminal } from './workspace.ts';
import { useTexts } from '../language/language.ts';
import { DiskNotice, SessionBar } from '../session/session-bar.tsx';
import { MachinePorts } from '../session/machine-ports.tsx';
import { sessionTexts } from '../session/texts.ts';
import type { SessionHandle } from '../session/use-session.ts';
import { keysOf, listenForCommands } from '../terminal/commands.ts';
import type { Command } from '../terminal/commands.ts';
import { storedNumber } from '../terminal/open-terminals.ts';
import { typeInto } from '../terminal/typing.ts';
import { MachineWorkspace } from './machine-workspace.tsx';
import { workspaceTexts } from './texts.ts';

interface WorkspaceProps {
  handle: SessionHandle;
  session: LabSession;
  savable: boolean;
}

/** Shows a ready session, once its open terminals are known. */
export function SessionWorkspace(props: WorkspaceProps) {
  const { startedOnThisPage } = props.handle;
  const running = useRunningTerminals(props.session.id, { startedOnThisPage });
  return running && <LoadedWorkspace {...props} running={running} />;
}

/** Shows the session's actions, its machines, and the files and terminals of the selected machine. */
function LoadedWorkspace({
  handle,
  session,
  savable,
  running,
}: WorkspaceProps & { running: readonly RunningTerminal[] }) {
  const texts = useTexts(workspaceTexts);
  const { notSaved } = useTexts(sessionTexts);
  const { startedOnThisPage, restarts } = handle;
  const { id, machines, isFork, forkOf, saveProblem } = session;
  const [workspace, change] = useState(() =>
    restoreWorkspace(running, machines[0]?.name ?? 'main', {
      focused: startedOnThisPage,
      numberOf: storedNumber,
    }),
  );

  const run = useEffectEvent((command: Command) => {
    const machine = command.machine ?? workspace.shownMachine;
    if (!machines.some(({ name }) => name === machine)) return;
    const number = command.terminal ?? (workspace.machines.get(machine)?.shownTerminal || 1);
    // A hidden terminal cannot take the focus, so it must be rendered before the command is typed.
    flushSync(() => change(showMachine(showTerminal(workspace, machine, number), machine)));
    typeInto({ sessionId: id, machine, number }, keysOf(command));
  });
  useEffect(() => listenForCommands(run), []);

  return (
    <>
      <SessionBar
        handle={handle}
        savable={savable}
        filesShown={workspace.machines.get(workspace.shownMachine)?.files === 'shown'}
        onFiles={(shown) => change(showFiles(workspace, workspace.shownMachine, shown))}
      />
      {isFork && <p className="note">{texts.copyOf(forkOf?.learner.name)}</p>}
      {saveProblem && (
        <Problem>
          {notSaved} {translateReason(saveProblem)}
        </Problem>
      )}
      <DiskNotice machines={machines} />
      <MachinePorts session={session} />
      <MachinePicker
        machines={machines}
        shown={workspace.shownMachine}
        onPick={(machine) => change(showMachine(workspace, machine))}
      />
      {[...workspace.machines].map(([machine, open]) => (
        <MachineWorkspace
          key={machine}
          sessionId={id}
          machine={machine}
          open={open}
          hidden={machine !== workspace.shownMachine}
          named={machines.length > 1}
          restarts={restarts}
          change={change}
        />
      ))}
    </>
  );
}

/** Selects the machine to show. Renders nothing if the session has only one. */
function MachinePicker(props: {
  machines: readonly { name: string }[];
  shown: string;
  onPick: (machine: string) => void;
}) {
  const { machines, shown, onPick } = props;
  const texts = useTexts(workspaceTexts);
  if (machines.length < 2) return null;
  return (
    <nav className="machines" aria-label={texts.machines}>
      <span aria-hidden="true" className="faint">
        {texts.machine}
      </span>
      {machines.map(({ name }) => (
        <button
          key={name}
          type="button"
          className="quiet"
          aria-pressed={name === shown}
          onClick={() => onPick(name)}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}

/**
 * Returns the user's own terminals that are already open when the page loads, oldest first; undefined until they are
 * known. A session that was started from this page has none.
 */
function useRunningTerminals(
  session: string,
  { startedOnThisPage }: { startedOnThisPage: boolean },
): readonly RunningTerminal[] | undefined {
  const [found, setFound] = useState<readonly RunningTerminal[] | undefined>(
    startedOnThisPage ? [] : undefined,
  );
  const [{ data, error }, refetch] = useQuery({
    query: SessionTerminalsDocument,
    variables: { session },
    pause: found !== undefined,
    requestPolicy: 'network-only',
  });
  useRetry(error, refetch);
  if (found) return found;
  // If the terminals cannot be listed, the user can still open new ones.
  if (error && !error.networkError) setFound([]);
  else if (data) setFound(ownTerminals(data));
  return undefined;
}

function ownTerminals({ viewer, session }: SessionTerminalsResult): RunningTerminal[] {
  return session.terminals
    .filter(({ openedBy }) => openedBy?.id === viewer?.id)
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}
