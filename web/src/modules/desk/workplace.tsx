import { useEffect, useEffectEvent, useState } from 'react';
import { flushSync } from 'react-dom';
import { Problem } from '../../components/problem.tsx';
import { wordedReason } from '../api/worded.ts';
import { DiskNotice } from '../session/disk-notice.tsx';
import { MachinePorts } from '../session/machine-ports.tsx';
import { SessionBar } from '../session/session-bar.tsx';
import type { LabSession } from '../session/session.ts';
import type { SessionHandle } from '../session/use-session.ts';
import { keysOf, listenForCommands } from '../terminal/commands.ts';
import type { Command } from '../terminal/commands.ts';
import type { RunningTerminal } from '../terminal/terminal-api.ts';
import { keptNumber } from '../terminal/kept-numbers.ts';
import { typeInto } from '../terminal/typing.ts';
import { deskWith, showFiles, showMachine, showTerminal } from './desk.ts';
import { MachineDesk } from './machine-desk.tsx';
import { MachinePicker } from './machine-picker.tsx';
import { useRunningTerminals } from './use-running-terminals.ts';
import { useTexts } from '../language/language.ts';
import { deskTexts } from './texts.ts';
import { sessionTexts } from '../session/texts.ts';

interface WorkplaceProps {
  handle: SessionHandle;
  session: LabSession;
  savable: boolean;
}

/** A session that can be worked in, with the terminals that are there already. */
export function Workplace(props: WorkplaceProps) {
  const { startedHere } = props.handle;
  const running = useRunningTerminals(props.session.id, { startedHere });
  return running && <Bench {...props} running={running} />;
}

/** What can be done with a session, its machines, and the desk of the one shown. */
function Bench({
  handle,
  session,
  savable,
  running,
}: WorkplaceProps & { running: readonly RunningTerminal[] }) {
  const texts = useTexts(deskTexts);
  const { notSaved } = useTexts(sessionTexts);
  const { startedHere, restarts } = handle;
  const { id, machines, isFork, forkOf, saveProblem } = session;
  const [desk, change] = useState(() =>
    deskWith(running, machines[0]?.name ?? 'main', { focused: startedHere, numberOf: keptNumber }),
  );

  const run = useEffectEvent((command: Command) => {
    const machine = command.machine ?? desk.shown;
    if (!machines.some(({ name }) => name === machine)) return;
    const number = command.terminal ?? (desk.machines.get(machine)?.shown || 1);
    // What is hidden cannot have the focus.
    flushSync(() => change(showMachine(showTerminal(desk, machine, number), machine)));
    typeInto({ sessionId: id, machine, number }, keysOf(command));
  });
  useEffect(() => listenForCommands(run), []);

  return (
    <>
      <SessionBar
        handle={handle}
        savable={savable}
        filesShown={desk.machines.get(desk.shown)?.files === 'shown'}
        onFiles={(shown) => change(showFiles(desk, desk.shown, shown))}
      />
      {isFork && <p className="note">{texts.copyOf(forkOf?.learner.name)}</p>}
      {saveProblem && (
        <Problem>
          {notSaved} {wordedReason(saveProblem)}
        </Problem>
      )}
      <DiskNotice machines={machines} />
      <MachinePorts session={session} />
      <MachinePicker
        machines={machines}
        shown={desk.shown}
        onPick={(machine) => change(showMachine(desk, machine))}
      />
      {[...desk.machines].map(([machine, open]) => (
        <MachineDesk
          key={machine}
          sessionId={id}
          machine={machine}
          open={open}
          hidden={machine !== desk.shown}
          named={machines.length > 1}
          restarts={restarts}
          change={change}
        />
      ))}
    </>
  );
}
