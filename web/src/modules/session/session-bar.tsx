import { minutesUntil, useNow } from '../../components/hooks.ts';
import { EndSession } from './end-session.tsx';
import { StartOver } from './start-over.tsx';
import type { SessionHandle } from './use-session.ts';
import { useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';

/** Time left, and what can be done with a session that runs. */
export function SessionBar(props: {
  handle: SessionHandle;
  /** Whether the lab lets its work be saved. */
  savable: boolean;
  filesShown: boolean;
  onFiles: (shown: boolean) => void;
}) {
  const { handle, savable, filesShown, onFiles } = props;
  const { session, busy } = handle;
  const texts = useTexts(sessionTexts);
  const now = useNow();
  if (!session) return null;
  const left = minutesUntil(session.expiresAt, now);
  return (
    <div className="session-bar">
      <span className="time-left">
        {session.warnedAt ? (
          // Told at once to those who cannot see it; the minutes that pass are not.
          <strong className="warning" role="alert">
            {texts.endsIn(left)}
          </strong>
        ) : (
          texts.minutesLeft(left)
        )}
      </span>
      <button type="button" className="quiet" onClick={handle.extend} aria-disabled={busy}>
        {texts.extend}
      </button>
      <button
        type="button"
        className="quiet"
        onClick={handle.restart}
        disabled={session.state !== 'READY'}
        aria-disabled={busy}
      >
        {texts.restart}
      </button>
      <button
        type="button"
        className="quiet"
        aria-expanded={filesShown}
        disabled={session.state !== 'READY'}
        onClick={() => onFiles(!filesShown)}
      >
        {texts.files}
      </button>
      {savable && (
        <button
          type="button"
          className="quiet"
          title={texts.aboutSave}
          onClick={handle.save}
          disabled={session.state !== 'READY'}
          aria-disabled={busy}
        >
          {texts.save}
        </button>
      )}
      <StartOver handle={handle} />
      <EndSession handle={handle} savable={savable} />
    </div>
  );
}
