import { ConfirmButton } from '../../components/confirm-button.tsx';
import type { LabSession } from './session.ts';
import type { SessionHandle } from './use-session.ts';
import { useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';

/** Ends the session, once the learner has been told what goes with it. */
export function EndSession({ handle, savable }: { handle: SessionHandle; savable: boolean }) {
  const { session, busy, stop } = handle;
  const texts = useTexts(sessionTexts);
  if (!session) return null;
  return (
    <ConfirmButton
      label={texts.end}
      busy={busy}
      title={texts.askEnd}
      yes={texts.endIt}
      no={texts.goOn}
      onYes={stop}
    >
      {session.isFork ? <p>{texts.endsCopy}</p> : <OfOwn session={session} savable={savable} />}
    </ConfirmButton>
  );
}

function OfOwn({ session, savable }: { session: LabSession; savable: boolean }) {
  const texts = useTexts(sessionTexts);
  return (
    <>
      <p>{texts.endsOwn(session.machines.length, session.savedState !== null)}</p>
      {savable && <p>{texts.saveInstead}</p>}
      <p>{texts.staysPassed}</p>
    </>
  );
}
