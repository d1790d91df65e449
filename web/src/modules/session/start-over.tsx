import { ConfirmButton } from '../../components/confirm-button.tsx';
import type { SessionHandle } from './use-session.ts';
import { useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';

/** Renders the button that resets the session, after a warning. A fork of a session cannot be reset. */
export function StartOver({ handle }: { handle: SessionHandle }) {
  const { session, busy, reset } = handle;
  const texts = useTexts(sessionTexts);
  if (!session || session.isFork) return null;
  return (
    <ConfirmButton
      label={texts.startOver}
      disabled={session.state !== 'READY' && session.state !== 'SAVED'}
      busy={busy}
      title={texts.askStartOver}
      yes={texts.startOver}
      no={texts.keepWork}
      onYes={reset}
    >
      <p>{texts.aboutStartOver(session.savedState !== null)}</p>
      <p>{texts.staysPassed}</p>
    </ConfirmButton>
  );
}
