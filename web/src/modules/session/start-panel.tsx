import { Problem } from '../../components/problem.tsx';
import type { SessionHandle } from './use-session.ts';

/** A way to start, and what became of the session before. */
export function StartPanel({ handle }: { handle: SessionHandle }) {
  const { session, busy, start } = handle;
  return (
    <div className="stage-empty">
      {session?.reason && <Problem>{session.reason.message}</Problem>}
      {session?.saveProblem && <Problem>Your work could not be saved. {session.saveProblem.message}</Problem>}
      {session?.state === 'ENDED' && (
        <p>Your session has ended. What you passed is kept; what was in its machine is gone.</p>
      )}
      <button type="button" onClick={start} aria-disabled={busy}>
        {buttonText(session?.state)}
      </button>
      {!session && <p className="faint">You get a machine of your own, for you alone.</p>}
    </div>
  );
}

function buttonText(before: string | undefined): string {
  if (before === 'FAILED') return 'Try again';
  return before === undefined ? 'Start the lab' : 'Start again';
}
