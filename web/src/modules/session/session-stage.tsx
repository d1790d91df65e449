import { Problem } from '../../components/problem.tsx';
import { errorText, queryErrorText } from '../api/error-text.ts';
import { SessionWorkspace } from '../workspace/session-workspace.tsx';
import type { RecordedContent } from '../recordings/recording.ts';
import { Provisioning } from './provisioning.tsx';
import { SavedPanel } from './saved-panel.tsx';
import { isOver } from './session.ts';
import { StartPanel } from './start-panel.tsx';
import type { SessionHandle } from './use-session.ts';
import { useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';

interface StageProps {
  handle: SessionHandle;
  savable: boolean;
  /** What is recorded of terminals that are opened here. */
  recording: RecordedContent | null;
}

/** The place for the learner's machine: a way to start it, its progress, or its terminals. */
export function SessionStage(props: StageProps) {
  const texts = useTexts(sessionTexts);
  const { handle } = props;
  const { session, error, readingError } = handle;
  return (
    <section className="stage" aria-label={texts.yourMachine}>
      {readingError && <Problem>{queryErrorText(readingError)}</Problem>}
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
