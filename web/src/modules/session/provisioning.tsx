import type { LabSession } from './session.ts';
import { Waiting } from './waiting.tsx';
import { useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';
import type { SessionWords } from './texts.ts';

/** What is being done with a machine that cannot be worked in yet, or no more. */
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
