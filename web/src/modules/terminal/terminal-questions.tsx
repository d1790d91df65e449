import { useId } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useTexts } from '../language/language.ts';
import type { ClipboardQuestion } from './clipboard-requests.ts';
import { plainPreview } from './plain-preview.ts';
import type { PasteQuestion } from './take-pastes.ts';
import { terminalTexts } from './texts.ts';

/** Most characters shown of a text: of the clipboard's a line, of a paste what fits into a dialog. */
const SHOWN = { clipboard: 60, line: 100, lines: 8 };

/** Asks for the clipboard beside the shell, which keeps the focus. */
export function ClipboardAsker({ question }: { question: ClipboardQuestion | undefined }) {
  const texts = useTexts(terminalTexts);
  const asked = useId();
  return (
    <div className={question && 'shell-question'}>
      <output id={asked}>
        {question && (
          <>
            {texts.asksClipboard} <bdi>“{plainPreview(question.text, SHOWN.clipboard)}”</bdi>
          </>
        )}
      </output>
      {question && (
        <p className="answers">
          <button
            type="button"
            className="quiet"
            aria-describedby={asked}
            onClick={() => question.answer('refuse')}
          >
            {texts.refuseClipboard}
          </button>
          <button
            type="button"
            className="quiet"
            aria-describedby={asked}
            onClick={() => question.answer('allow')}
          >
            {texts.allowClipboard}
          </button>
          <button type="button" aria-describedby={asked} onClick={() => question.answer('once')}>
            {texts.copyOnce}
          </button>
        </p>
      )}
    </div>
  );
}

/** Asks before several lines go to a program that takes each for itself. */
export function PasteAsker({ question, onAnswered }: { question: PasteQuestion; onAnswered: () => void }) {
  const texts = useTexts(terminalTexts);
  const { text, lines, answer } = question;
  const shown = text
    .slice(0, SHOWN.lines * SHOWN.line)
    .split('\r')
    .slice(0, SHOWN.lines);
  return (
    <ConfirmDialog
      title={texts.pasteLines(lines)}
      yes={texts.paste}
      no={texts.pasteNot}
      onAnswer={(yes) => {
        onAnswered();
        answer(yes);
      }}
    >
      <p>{texts.aboutPasting}</p>
      <pre className="pasted">
        {shown.map((line) => `${plainPreview(line, SHOWN.line)}\n`).join('')}
        {lines > shown.length && '…'}
      </pre>
    </ConfirmDialog>
  );
}
