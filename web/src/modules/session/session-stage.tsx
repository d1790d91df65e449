import type { LabSession, QueuePosition, RecordedContent } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { errorText, queryErrorText } from '../api/error-text.ts';
import { translateReason } from '../api/service-message.ts';
import { formatDay, formatSize } from '../language/format.ts';
import { useTexts } from '../language/language.ts';
import { RecordingNotice } from '../recordings/recording-notice.tsx';
import { isOver } from './session.ts';
import { StartOver } from './start-over.tsx';
import { sessionTexts } from './texts.ts';
import type { SessionWords } from './texts.ts';
import type { SessionHandle } from './use-session.ts';
import { SessionWorkspace } from '../workspace/session-workspace.tsx';

interface StageProps {
  handle: SessionHandle;
  savable: boolean;
  /** What is recorded of the terminals; null if nothing is. */
  recording: RecordedContent | null;
}

/** Shows the learner's session by its state: a start button, the progress, or the workspace. */
export function SessionStage(props: StageProps) {
  const texts = useTexts(sessionTexts);
  const { handle } = props;
  const { session, error, queryError } = handle;
  return (
    <section className="stage" aria-label={texts.yourMachine}>
      {queryError && <Problem>{queryErrorText(queryError)}</Problem>}
      {error && <Problem>{errorText(error)}</Problem>}
      {session?.state === 'UNREACHABLE' && <Problem>{texts.unreachable}</Problem>}
      <Machine {...props} />
    </section>
  );
}

function Machine({ handle, savable, recording }: StageProps) {
  const { session, known } = handle;
  if (!known) return null;
  if (!session || isOver(session)) return <StartPanel handle={handle} recording={recording} />;
  if (session.state === 'SAVED') return <SavedPanel handle={handle} recording={recording} />;
  if (session.state !== 'READY' && session.state !== 'UNREACHABLE') return <Provisioning session={session} />;
  return <SessionWorkspace key={session.id} handle={handle} session={session} savable={savable} />;
}

/** Shows a start button, and how the previous session ended. */
function StartPanel({ handle, recording }: { handle: SessionHandle; recording: RecordedContent | null }) {
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

function buttonText(texts: SessionWords, previous: string | undefined): string {
  if (previous === 'FAILED') return texts.tryAgain;
  return previous === undefined ? texts.start : texts.startAgain;
}

/** Shows a saved session, with buttons that resume it or start over. */
function SavedPanel({ handle, recording }: { handle: SessionHandle; recording: RecordedContent | null }) {
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

/** Shows the progress of a session that is starting, saving or ending. */
export function Provisioning({ session }: { session: LabSession }) {
  const texts = useTexts(sessionTexts);
  const percent = (session.saving ?? session.provisioning)?.percent ?? undefined;
  return (
    <div className="stage-empty">
      <output>
        {phaseText(texts, session)}… {percent !== undefined && `${percent} %`}
      </output>
      {session.queue && <Waiting queue={session.queue} />}
      <progress max={100} value={percent} aria-label={texts.progress} />
    </div>
  );
}

function phaseText({ phases }: SessionWords, { state, provisioning }: LabSession): string {
  if (state === 'STOPPING' || state === 'SAVING' || state === 'QUEUED') return phases[state];
  return phases[state === 'REQUESTED' ? 'QUEUED' : (provisioning?.phase ?? 'CREATING')];
}

/** Shows a session's position in the queue, the reason and the estimated time. */
export function Waiting({ queue }: { queue: QueuePosition }) {
  const { waiting: texts } = useTexts(sessionTexts);
  const { position, waiting, reason, estimatedWaitSeconds: seconds } = queue;
  const wait =
    seconds === null ? texts.unknown : seconds < 60 ? texts.soon : texts.minutes(Math.ceil(seconds / 60));
  return (
    <output className="waiting">
      {texts.position(position, waiting)} {texts.reasons[reason]} {wait} {texts.startsAutomatically}
    </output>
  );
}
