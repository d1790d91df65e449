import { Problem } from '../../components/problem.tsx';
import { RecordingNotice } from '../recordings/recording-notice.tsx';
import type { RecordedContent } from '../recordings/recording.ts';
import { translateReason } from '../api/service-message.ts';
import type { SessionHandle } from './use-session.ts';
import { useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';
import type { SessionWords } from './texts.ts';

/** A way to start, and what became of the session before. */
export function StartPanel({
  handle,
  recording,
}: {
  handle: SessionHandle;
  recording: RecordedContent | null;
}) {
  const { session, busy, start } = handle;
  const texts = useTexts(sessionTexts);
  return (
    <div className="stage-empty">
      {session?.reason && <Problem>{translateReason(session.reason)}</Problem>}
      {session?.saveProblem && (
        <Problem>
          {texts.notSaved} {translateReason(session.saveProblem)}
        </Problem>
      )}
      {session?.state === 'ENDED' && <p>{texts.ended}</p>}
      {recording && <RecordingNotice content={recording} />}
      <button type="button" onClick={start} aria-disabled={busy}>
        {buttonText(texts, session?.state)}
      </button>
      {!session && <p className="faint">{texts.ownMachine}</p>}
    </div>
  );
}

function buttonText(texts: SessionWords, before: string | undefined): string {
  if (before === 'FAILED') return texts.tryAgain;
  return before === undefined ? texts.start : texts.startAgain;
}
