import type { ReactNode } from 'react';
import { useState } from 'react';
import { FileDialog } from '../files/file-dialog.tsx';
import { useReadySession } from '../session/session.ts';
import { useOpenPort } from '../session/use-open-port.ts';
import type { BerthTarget } from './berth-url.ts';
import { useTexts } from '../language/language.ts';
import { instructionTexts } from './texts.ts';

/** Renders a `berth:` link, which opens a port or a file of the learner's machines while the session is ready. */
export function BerthLink({ target, children }: { target: BerthTarget; children?: ReactNode }) {
  const texts = useTexts(instructionTexts);
  const session = useReadySession();
  const { open, problem } = useOpenPort();
  const [shown, setShown] = useState(false);
  const firstMachine = session?.machines[0]?.name ?? '';

  function follow() {
    if (!session) return;
    if (target.kind === 'file') setShown(true);
    else void open({ ...target, session: session.id, machine: target.machine ?? firstMachine });
  }

  return (
    <>
      <button
        type="button"
        className="plain target"
        disabled={!session}
        title={session ? undefined : texts.startFirst}
        onClick={follow}
      >
        {children}
        {target.kind === 'port' && <span aria-hidden="true"> ↗</span>}
      </button>
      {problem && (
        <span className="warning" role="alert">
          {' '}
          {problem}
        </span>
      )}
      {shown && session && target.kind === 'file' && (
        <FileDialog
          at={{ session: session.id, machine: firstMachine }}
          path={target.path}
          onClose={() => setShown(false)}
        />
      )}
    </>
  );
}
