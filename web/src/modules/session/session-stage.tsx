import { useState } from 'react';
import { Problem } from '../../components/problem.tsx';
import { errorText, readingErrorText } from '../api/error-text.ts';
import { FilePanel } from '../files/file-panel.tsx';
import { TerminalTabs } from '../terminal/terminal-tabs.tsx';
import { MachinePorts } from './machine-ports.tsx';
import { Provisioning } from './provisioning.tsx';
import { SavedPanel } from './saved-panel.tsx';
import { SessionBar } from './session-bar.tsx';
import { isOver } from './session.ts';
import type { LabSession } from './session.ts';
import { StartPanel } from './start-panel.tsx';
import type { SessionHandle } from './use-session.ts';

/** The place for the learner's machine: a way to start it, its progress, or its terminals. */
export function SessionStage({ handle }: { handle: SessionHandle }) {
  const { session, error, readingError } = handle;
  return (
    <section className="stage" aria-label="Your machine">
      {readingError && <Problem>{readingErrorText(readingError)}</Problem>}
      {error && <Problem>{errorText(error)}</Problem>}
      {session?.state === 'UNREACHABLE' && (
        <Problem>Your machine can not be reached now. It comes back by itself.</Problem>
      )}
      <Machine handle={handle} />
    </section>
  );
}

function Machine({ handle }: { handle: SessionHandle }) {
  const { session, known } = handle;
  if (!known) return null;
  if (!session || isOver(session)) return <StartPanel handle={handle} />;
  if (session.state === 'SAVED') return <SavedPanel handle={handle} />;
  if (session.state !== 'READY' && session.state !== 'UNREACHABLE') return <Provisioning session={session} />;
  return <Workplace handle={handle} session={session} />;
}

/** A machine that can be worked in. */
function Workplace({ handle, session }: { handle: SessionHandle; session: LabSession }) {
  const { startedHere, restarts } = handle;
  const [files, setFiles] = useState<'unopened' | 'shown' | 'hidden'>('unopened');
  const machine = session.machines[0]?.name ?? 'main';
  return (
    <>
      <SessionBar
        handle={handle}
        filesShown={files === 'shown'}
        onFiles={(shown) => setFiles(shown ? 'shown' : 'hidden')}
      />
      {session.isFork && (
        <p className="note">A copy of a learner’s session: nothing in it counts as progress.</p>
      )}
      {session.saveProblem && <Problem>Your work could not be saved. {session.saveProblem.message}</Problem>}
      <MachinePorts session={session} />
      {/* Hidden rather than gone: uploads go on. */}
      {files !== 'unopened' && (
        <FilePanel at={{ session: session.id, machine }} hidden={files === 'hidden'} />
      )}
      <TerminalTabs
        key={`${session.id} ${restarts}`}
        sessionId={session.id}
        machine={machine}
        focused={startedHere || restarts > 0}
      />
    </>
  );
}
