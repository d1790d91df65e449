import type { LabSession } from './session.ts';
import { Waiting } from './waiting.tsx';

const PHASES: Record<string, string> = {
  QUEUED: 'Waiting for a place',
  PULLING: 'Fetching the image',
  CREATING: 'Making your machine',
  STARTING: 'Starting your machine',
  PREPARING: 'Preparing your machine',
};

/** What is being done with a machine that can not be worked in yet, or no more. */
export function Provisioning({ session }: { session: LabSession }) {
  const percent = (session.saving ?? session.provisioning)?.percent ?? undefined;
  return (
    <div className="stage-empty">
      <output>
        {phaseText(session)}… {percent !== undefined && `${percent} %`}
      </output>
      {session.queue && <Waiting queue={session.queue} />}
      <progress max={100} value={percent} aria-label="Progress of your machine" />
    </div>
  );
}

function phaseText({ state, provisioning }: LabSession): string {
  if (state === 'STOPPING') return 'Ending';
  if (state === 'SAVING') return 'Saving your work';
  if (state === 'REQUESTED' || state === 'QUEUED') return 'Waiting for a place';
  return PHASES[provisioning?.phase ?? 'CREATING'] ?? 'Making your machine';
}
