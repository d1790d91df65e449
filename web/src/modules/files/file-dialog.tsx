import { useEffect, useId, useRef, useState } from 'react';
import { Problem } from '../../components/problem.tsx';
import type { MachineOfFiles } from './machine-files.ts';
import { useTextFile } from './use-text-file.ts';
import { useTexts } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** A text file of a machine, to be read and changed. */
export function FileDialog(props: { at: MachineOfFiles; path: string; onClose: () => void }) {
  const { at, path, onClose } = props;
  const texts = useTexts(fileTexts);
  const { session, machine } = at;
  const { file, problem, saving, save } = useTextFile(session, machine, path);
  const [text, setText] = useState<string>();
  const [leaving, setLeaving] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const changed = text !== undefined && text !== file?.text;

  function leave() {
    if (changed) setLeaving(true);
    else dialog.current?.close();
  }

  return (
    <dialog
      ref={dialog}
      className="file-dialog"
      aria-labelledby={heading}
      onClose={onClose}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // Pressed a second time, it would close the dialog whatever is said to that.
        event.preventDefault();
        if (leaving) setLeaving(false);
        else leave();
      }}
    >
      <h2 id={heading}>{path}</h2>
      {file?.isNew && <p className="faint">{texts.isNew}</p>}
      {problem && <Problem>{problem}</Problem>}
      <textarea
        aria-label={texts.textOf(path)}
        aria-busy={!file && !problem}
        spellCheck={false}
        readOnly={!file}
        value={text ?? file?.text ?? ''}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      {leaving ? (
        <div className="answers" role="alertdialog" aria-label={texts.askClose}>
          <strong>{texts.askClose}</strong>
          <button type="button" className="quiet" ref={takeFocus} onClick={() => setLeaving(false)}>
            {texts.goOn}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {texts.closeAnyway}
          </button>
        </div>
      ) : (
        <p className="answers">
          <output>{file?.saved && !changed && `✓ ${texts.saved}`}</output>
          <button type="button" className="quiet" onClick={leave}>
            {texts.close}
          </button>
          <button type="button" disabled={!changed} aria-disabled={saving} onClick={() => save(text ?? '')}>
            {texts.save}
          </button>
        </p>
      )}
    </dialog>
  );
}

function takeFocus(button: HTMLButtonElement | null) {
  button?.focus();
}
