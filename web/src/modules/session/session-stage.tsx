import { Problem } from '../../components/problem.tsx';
import { errorText } from '../api/error-text.ts';
import { TerminalTabs } from '../terminal/terminal-tabs.tsx';
import { SessionBar } from './session-bar.tsx';
import { isOver } from './session.ts';
import type { LabSession } from './session.ts';
import type { SessionHandle } from './use-session.ts';

const PHASES: Record<string, string> = {
  QUEUED: 'Waiting for a place',
  PULLING: 'Fetching the image',
  CREATING: 'Making your machine',
  STARTING: 'Starting it',
};

/** The place for the learner's machine: a way to start it, its progress, or its terminals. */
export function SessionStage({ handle }: { handle: SessionHandle }) {
  const { session, error } = handle;
  const live = session?.state === 'READY' || session?.state === 'UNREACHABLE';
  return (
    <section className="stage" aria-label="Your machine">
      {error && <Problem>{errorText(error)}</Problem>}
      {session?.reason && <Problem>{session.reason.message}</Problem>}
      {live ? (
        <>
          <SessionBar handle={handle} />
          {session.state === 'UNREACHABLE' && (
            <Problem>Your machine can not be reached now. It comes back by itself.</Problem>
          )}
          <TerminalTabs sessionId={session.id} machine={session.machines[0]?.name ?? 'main'} />
        </>
      ) : (
        <div className="stage-empty">
          {handle.known && (!session || isOver(session)) ? (
            <button type="button" onClick={handle.start}>
              Start the lab
            </button>
          ) : (
            session && <Provisioning session={session} />
          )}
        </div>
      )}
    </section>
  );
}

function Provisioning({ session }: { session: LabSession }) {
  const { state, provisioning } = session;
  const text = state === 'STOPPING' ? 'Ending' : (PHASES[provisioning?.phase ?? 'CREATING'] ?? 'Starting');
  return (
    <output>
      {text}…{' '}
      {provisioning?.percent === null || provisioning?.percent === undefined ? (
        <progress />
      ) : (
        <progress max={100} value={provisioning.percent} />
      )}
    </output>
  );
}
