import type { ReactNode } from 'react';
import { useState } from 'react';
import { FileDialog } from '../files/file-dialog.tsx';
import { useReadySession } from '../session/ready-session.ts';
import { useOpenPort } from '../session/use-open-port.ts';
import type { BerthPlace } from './berth-place.ts';
import { useTexts } from '../language/language.ts';
import { instructionTexts } from './texts.ts';

/** A link to a place in the learner's machines, which is there once they are. */
export function BerthLink({ place, children }: { place: BerthPlace; children?: ReactNode }) {
  const texts = useTexts(instructionTexts);
  const session = useReadySession();
  const { open, problem } = useOpenPort();
  const [shown, setShown] = useState(false);
  const first = session?.machines[0]?.name ?? '';

  function follow() {
    if (!session) return;
    if (place.kind === 'file') setShown(true);
    else void open({ ...place, session: session.id, machine: place.machine ?? first });
  }

  return (
    <>
      <button
        type="button"
        className="plain place"
        disabled={!session}
        title={session ? undefined : texts.startFirst}
        onClick={follow}
      >
        {children}
        {place.kind === 'port' && <span aria-hidden="true"> ↗</span>}
      </button>
      {problem && (
        <span className="warning" role="alert">
          {' '}
          {problem}
        </span>
      )}
      {shown && session && place.kind === 'file' && (
        <FileDialog
          at={{ session: session.id, machine: first }}
          path={place.path}
          onClose={() => setShown(false)}
        />
      )}
    </>
  );
}
