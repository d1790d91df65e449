import { useId } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useTexts } from '../language/language.ts';
import type { ClipboardQuestion } from './clipboard-requests.ts';
import { plainPreview } from './clipboard-requests.ts';
import type { PasteQuestion } from './pasted-text.ts';
import { terminalTexts } from './texts.ts';

/** Maximum number of characters and of lines in a preview: one line for the clipboard, a dialog for a paste. */
const PREVIEW = { clipboard: 60, line: 100, lines: 8 };

/** Asks whether a program may write to the clipboard. The shell keeps the focus. */
export function ClipboardPrompt({ question }: { question: ClipboardQuestion | undefined }) {
  const texts = useTexts(terminalTexts);
  const questionId = useId();
  return (
    <div className={question && 'shell-question'}>
      <output id={questionId}>
        {question && (
          <>
            {texts.asksClipboard} <bdi>“{plainPreview(question.text, PREVIEW.clipboard)}”</bdi>
          </>
        )}
      </output>
      {question && (
        <p className="answers">
          <button
            type="button"
            className="quiet"
            aria-describedby={questionId}
            onClick={() => question.answer('refuse')}
          >
            {texts.refuseClipboard}
          </button>
          <button
            type="button"
            className="quiet"
            aria-describedby={questionId}
            onClick={() => question.answer('allow')}
          >
            {texts.allowClipboard}
          </button>
          <button type="button" aria-describedby={questionId} onClick={() => question.answer('once')}>
            {texts.copyOnce}
          </button>
        </p>
      )}
    </div>
  );
}

/** Asks before several lines are pasted into a program that reads each line separately. */
export function PasteDialog({ question, onAnswered }: { question: PasteQuestion; onAnswered: () => void }) {
  const texts = useTexts(terminalTexts);
  const { text, lines, answer } = question;
  const shown = text
    .slice(0, PREVIEW.lines * PREVIEW.line)
    .split('\r')
    .slice(0, PREVIEW.lines);
  return (
    <ConfirmDialog
      title={texts.pasteLines(lines)}
      yes={texts.paste}
      no={texts.cancel}
      onAnswer={(yes) => {
        onAnswered();
        answer(yes);
      }}
    >
      <p>{texts.aboutPasting}</p>
      <pre className="pasted">
        {shown.map((line) => `${plainPreview(line, PREVIEW.line)}\n`).join('')}
        {lines > shown.length && '…'}
      </pre>
    </ConfirmDialog>
  );
}
