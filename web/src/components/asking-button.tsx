import type { ReactNode } from 'react';
import { useState } from 'react';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** A button for what cannot be taken back: it is done once the question has been answered by yes. */
export function AskingButton(props: {
  label: string;
  /** For screen readers, where `label` alone does not say what it is about. */
  name?: string | undefined;
  disabled?: boolean;
  /** Why it is disabled. */
  why?: string | undefined;
  /** Whether something else is being done, so that nothing can be asked for. */
  busy: boolean;
  title: string;
  yes: string;
  no: string;
  /** What is told before the answer. */
  children: ReactNode;
  onYes: () => void;
}) {
  const { label, name, disabled = false, why, busy, title, yes, no, children, onYes } = props;
  const [asking, setAsking] = useState(false);

  function answer(agreed: boolean) {
    setAsking(false);
    if (agreed) onYes();
  }

  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-label={name}
        disabled={disabled}
        title={why}
        aria-disabled={busy}
        onClick={() => !busy && setAsking(true)}
      >
        {label}
      </button>
      {asking && (
        <ConfirmDialog title={title} yes={yes} no={no} onAnswer={answer}>
          {children}
        </ConfirmDialog>
      )}
    </>
  );
}
