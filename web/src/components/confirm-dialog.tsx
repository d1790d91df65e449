import type { ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';

/** Asks the user to confirm an action. Escape means no. `onAnswer` is called once. */
export function ConfirmDialog(props: {
  title: string;
  /** Labels of the two buttons. The `no` button has the focus at first. */
  yes: string;
  no: string;
  children: ReactNode;
  onAnswer: (yes: boolean) => void;
}) {
  const { title, yes, no, children, onAnswer } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby={heading}
      onClose={() => onAnswer(dialog.current?.returnValue === 'yes')}
    >
      <form method="dialog">
        <h2 id={heading}>{title}</h2>
        {children}
        <p className="answers">
          <button className="quiet" value="no">
            {no}
          </button>
          <button value="yes">{yes}</button>
        </p>
      </form>
    </dialog>
  );
}
