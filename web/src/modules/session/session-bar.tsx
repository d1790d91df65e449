import { useEffect, useState } from 'react';
import { EndSession } from './end-session.tsx';
import { StartOver } from './start-over.tsx';
import type { SessionHandle } from './use-session.ts';

/** How often the time left is counted anew, in milliseconds; it is shown in minutes. */
const COUNT_MS = 10_000;

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
  const left = useMinutesLeft(session?.expiresAt);
  if (!session) return null;
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

function useMinutesLeft(expiresAt: string | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), COUNT_MS);
    return () => clearInterval(timer);
  }, []);
  if (!expiresAt) return 0;
  return Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / 60_000));
}
