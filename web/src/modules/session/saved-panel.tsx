import { Problem } from '../../components/problem.tsx';
import { translateReason } from '../api/service-message.ts';
import { formatDay, formatSize } from '../language/format.ts';
import { RecordingNotice } from '../recordings/recording-notice.tsx';
import type { RecordedContent } from '../recordings/recording.ts';
import { StartOver } from './start-over.tsx';
import type { SessionHandle } from './use-session.ts';
import { useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';

/** Work that is put away, and the ways on from it. */
export function SavedPanel({
  handle,
  recording,
}: {
  handle: SessionHandle;
  recording: RecordedContent | null;
}) {
  const { session, busy, resume } = handle;
  const texts = useTexts(sessionTexts);
  if (!session) return null;
  const { reason, saveProblem, savedState } = session;
  return (
    <div className="stage-empty">
      {reason && <Problem>{translateReason(reason)}</Problem>}
      {saveProblem && (
        <Problem>
          {texts.notSavedSince} {translateReason(saveProblem)}
        </Problem>
      )}
      <output>{texts.saved}</output>
      {recording && <RecordingNotice content={recording} />}
      <div className="choices">
        <button type="button" onClick={resume} aria-disabled={busy}>
          {texts.resume}
        </button>
        <StartOver handle={handle} />
      </div>
      {savedState && (
        <p className="faint">
          {texts.keptUntil(formatSize(savedState.bytes), formatDay(savedState.expiresAt, texts.locale))}
        </p>
      )}
    </div>
  );
}
