import type { LabSession, SessionMachine } from '../../generated/operations.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { minutesUntil, useNow } from '../../components/hooks.ts';
import { useTexts } from '../language/language.ts';
import { StartOver } from './start-over.tsx';
import { sessionTexts } from './texts.ts';
import type { SessionHandle } from './use-session.ts';

/** Shows the time left, and buttons for a running session. */
export function SessionBar(props: {
  handle: SessionHandle;
  /** Whether the lab allows saving. */
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
          // Screen readers announce the warning, but not each passing minute.
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

/** Renders the button that ends the session. A dialog lists what the learner loses. */
function EndSession({ handle, savable }: { handle: SessionHandle; savable: boolean }) {
  const { session, busy, stop } = handle;
  const texts = useTexts(sessionTexts);
  if (!session) return null;
  return (
    <ConfirmButton
      label={texts.end}
      busy={busy}
      title={texts.askEnd}
      yes={texts.confirmEnd}
      no={texts.keepWorking}
      onYes={stop}
    >
      {session.isFork ? <p>{texts.endsCopy}</p> : <Losses session={session} savable={savable} />}
    </ConfirmButton>
  );
}

function Losses({ session, savable }: { session: LabSession; savable: boolean }) {
  const texts = useTexts(sessionTexts);
  return (
    <>
      <p>{texts.endsOwn(session.machines.length, session.savedState !== null)}</p>
      {savable && <p>{texts.saveInstead}</p>}
      <p>{texts.staysPassed}</p>
    </>
  );
}

/** Warns about machines whose disk is nearly full. */
export function DiskNotice({ machines }: { machines: readonly SessionMachine[] }) {
  const texts = useTexts(sessionTexts);
  return machines.map(({ name, diskPercent }) => {
    if (diskPercent === null) return null;
    return (
      <p key={name} className="note">
        {/* Screen readers announce the warning, but not each change of the percentage. */}
        <strong className="warning" role="alert">
          {texts.diskNearlyFull(machines.length > 1 ? name : undefined, diskPercent >= 100)}
        </strong>{' '}
        {texts.aboutDisk(diskPercent)}
      </p>
    );
  });
}
