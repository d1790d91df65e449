import { useState } from 'react';
import type { ReactNode } from 'react';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Renders a button for an action that cannot be undone. `onYes` is called once the user confirms. */
export function ConfirmButton(props: {
  label: string;
  /** The accessible name, if `label` alone does not say which object the button acts on. */
  name?: string | undefined;
  disabled?: boolean;
  /** The reason for `disabled`, shown as a tooltip. */
  why?: string | undefined;
  /** Whether another request is pending; clicks are ignored until it ends. */
  busy: boolean;
  title: string;
  yes: string;
  no: string;
  /** The consequences, shown in the dialog. */
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
