import { useEffect, useId, useRef, useState } from 'react';
import { Problem } from '../../components/problem.tsx';
import { FileProblem } from './machine-files.ts';
import type { MachineRef } from './machine-files.ts';
import { readText, writeText } from './text-file.ts';
import { fileTexts } from './texts.ts';
import { useTexts } from '../language/language.ts';

/** Shows a text file of a machine and lets the user edit it. */
export function FileDialog(props: { at: MachineRef; path: string; onClose: () => void }) {
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
        // Browsers close a dialog on the second Escape even if the first was prevented.
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
            {texts.keepEditing}
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

/** A text file as it was last read or written. */
interface OpenFile {
  text: string;
  /** Whether the file did not exist when it was opened. */
  isNew: boolean;
  /** Whether it was saved from this dialog. */
  saved: boolean;
}

/** Reads a text file of a machine and saves changes. */
function useTextFile(session: string, machine: string, path: string) {
  const [file, setFile] = useState<OpenFile>();
  const [problem, setProblem] = useState<string>();
  const [saving, setSaving] = useState(false);

  useEffect(() => {
    let left = false;
    void toResult(readText({ session, machine }, path)).then((answer) => {
      if (left) return undefined;
      if ('problem' in answer) return setProblem(answer.problem);
      const { value } = answer;
      return setFile({ text: value ?? '', isNew: value === undefined, saved: false });
    });
    return () => {
      left = true;
    };
  }, [session, machine, path]);

  async function save(text: string) {
    if (saving) return;
    setSaving(true);
    setProblem(undefined);
    const answer = await toResult(writeText({ session, machine }, path, text));
    setSaving(false);
    if ('problem' in answer) setProblem(answer.problem);
    else setFile({ text, isNew: false, saved: true });
  }

  return { file, problem, saving, save: (text: string) => void save(text) };
}

/** Waits for a file operation. Returns its value, or the message to show if it fails. */
async function toResult<Value>(operation: Promise<Value>): Promise<{ value: Value } | { problem: string }> {
  try {
    return { value: await operation };
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message };
    throw error;
  }
}
