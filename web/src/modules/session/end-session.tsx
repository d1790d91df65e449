import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import type { LabSession } from './session.ts';
import type { SessionHandle } from './use-session.ts';

/** Ends the session, once the learner has been told what goes with it. */
export function EndSession({ handle, savable }: { handle: SessionHandle; savable: boolean }) {
  const { session, busy, stop } = handle;
  const [asking, setAsking] = useState(false);
  if (!session) return null;

  function answer(yes: boolean) {
    setAsking(false);
    if (yes) stop();
  }

  return (
    <>
      <button type="button" className="quiet" onClick={() => !busy && setAsking(true)} aria-disabled={busy}>
        End
      </button>
      {asking && (
        <ConfirmDialog title="End the session?" yes="End it" no="Go on working" onAnswer={answer}>
          {session.isFork ? <OfCopy /> : <OfOwn session={session} savable={savable} />}
        </ConfirmDialog>
      )}
    </>
  );
}

function OfCopy() {
  return <p>This copy goes, with what you did in it. The learner’s own session stays as it is.</p>;
}

function OfOwn({ session, savable }: { session: LabSession; savable: boolean }) {
  const { machines, savedState } = session;
  return (
    <>
      <p>
        Everything that you made in your {machines.length > 1 ? 'machines' : 'machine'} goes
        {savedState && ', and so does your saved work'}. This can not be undone.
      </p>
      {savable && <p>To keep it for another day, choose Save in place of End.</p>}
      <p>The steps that you passed stay passed.</p>
    </>
  );
}
