import { Problem } from '../../components/problem.tsx';
import { sizeText } from '../files/size-text.ts';
import { dayText } from './day-text.ts';
import { StartOver } from './start-over.tsx';
import type { SessionHandle } from './use-session.ts';

/** Work that is put away, and the ways on from it. */
export function SavedPanel({ handle }: { handle: SessionHandle }) {
  const { session, busy, resume } = handle;
  if (!session) return null;
  const { reason, saveProblem, savedState } = session;
  return (
    <div className="stage-empty">
      {reason && <Problem>{reason.message}</Problem>}
      {saveProblem && <Problem>What you did since could not be saved. {saveProblem.message}</Problem>}
      <output>Your work is saved. Nothing runs now, and you can go on whenever you like.</output>
      <div className="choices">
        <button type="button" onClick={resume} aria-disabled={busy}>
          Resume
        </button>
        <StartOver handle={handle} />
      </div>
      {savedState && (
        <p className="faint">
          {sizeText(savedState.bytes)}, kept until {dayText(savedState.expiresAt)}.
        </p>
      )}
    </div>
  );
}
