import { AskingButton } from '../../components/asking-button.tsx';
import type { LabSession } from './session.ts';
import type { SessionHandle } from './use-session.ts';

/** Ends the session, once the learner has been told what goes with it. */
export function EndSession({ handle, savable }: { handle: SessionHandle; savable: boolean }) {
  const { session, busy, stop } = handle;
  if (!session) return null;
  return (
    <AskingButton
      label="End"
      busy={busy}
      title="End the session?"
      yes="End it"
      no="Go on working"
      onYes={stop}
    >
      {session.isFork ? <OfCopy /> : <OfOwn session={session} savable={savable} />}
    </AskingButton>
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
