import { minutesUntil, useNow } from '../../components/use-now.ts';
import { EndSession } from './end-session.tsx';
import { StartOver } from './start-over.tsx';
import type { SessionHandle } from './use-session.ts';

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
  const now = useNow();
  if (!session) return null;
  const left = minutesUntil(session.expiresAt, now);
  return (
    <div className="session-bar">
      <span className="time-left">
        {session.warnedAt ? (
          // Told at once to those who can not see it; the minutes that pass are not.
          <strong className="warning" role="alert">
            Ends in {left} min
          </strong>
        ) : (
          `${left} min left`
        )}
      </span>
      <button type="button" className="quiet" onClick={handle.extend} aria-disabled={busy}>
        30 min more
      </button>
      <button
        type="button"
        className="quiet"
        onClick={handle.restart}
        disabled={session.state !== 'READY'}
        aria-disabled={busy}
      >
        Restart
      </button>
      <button
        type="button"
        className="quiet"
        aria-expanded={filesShown}
        disabled={session.state !== 'READY'}
        onClick={() => onFiles(!filesShown)}
      >
        Files
      </button>
      {savable && (
        <button
          type="button"
          className="quiet"
          title="Put your work away, to go on another day"
          onClick={handle.save}
          disabled={session.state !== 'READY'}
          aria-disabled={busy}
        >
          Save
        </button>
      )}
      <StartOver handle={handle} />
      <EndSession handle={handle} savable={savable} />
    </div>
  );
}
