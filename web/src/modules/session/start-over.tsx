import { AskingButton } from '../../components/asking-button.tsx';
import type { SessionHandle } from './use-session.ts';

/** Begins the session anew, once the learner has been told what goes. A copy of another's session can not be. */
export function StartOver({ handle }: { handle: SessionHandle }) {
  const { session, busy, reset } = handle;
  if (!session || session.isFork) return null;
  return (
    <AskingButton
      label="Start over"
      disabled={session.state !== 'READY' && session.state !== 'SAVED'}
      busy={busy}
      title="Start over?"
      yes="Start over"
      no="Keep my work"
      onYes={reset}
    >
      <p>
        You get a new machine, as at the start of the lab. Everything that you made in this one goes
        {session.savedState && ', and so does your saved work'}. This can not be undone.
      </p>
      <p>The steps that you passed stay passed.</p>
    </AskingButton>
  );
}
