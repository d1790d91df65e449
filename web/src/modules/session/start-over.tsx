import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import type { SessionHandle } from './use-session.ts';

/** Begins the session anew, once the learner has been told what goes. A copy of another's session can not be. */
export function StartOver({ handle }: { handle: SessionHandle }) {
  const { session, busy, reset } = handle;
  const [asking, setAsking] = useState(false);
  if (!session || session.isFork) return null;

  function answer(yes: boolean) {
    setAsking(false);
    if (yes) reset();
  }

  return (
    <>
      <button
        type="button"
        className="quiet"
        onClick={() => setAsking(true)}
        disabled={session.state !== 'READY' && session.state !== 'SAVED'}
        aria-disabled={busy}
      >
        Start over
      </button>
      {asking && (
        <ConfirmDialog title="Start over?" yes="Start over" no="Keep my work" onAnswer={answer}>
          <p>
            You get a new machine, as at the start of the lab. Everything that you made in this one goes
            {session.savedState && ', and so does your saved work'}. This can not be undone.
          </p>
          <p>The steps that you passed stay passed.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
