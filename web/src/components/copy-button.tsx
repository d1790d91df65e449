import { useEffect, useState } from 'react';
import { copyText, copyTexts } from './copy-text.ts';
import { useTexts } from '../modules/language/language.ts';

/** Time for which the button shows the result, in milliseconds. */
const RESULT_MS = 2_000;

/** Copies a text to the clipboard and shows whether it succeeded. */
export function CopyButton({ text }: { text: string }) {
  const texts = useTexts(copyTexts);
  const [result, setResult] = useState<string>();
  useEffect(() => {
    if (result === undefined) return undefined;
    const timer = setTimeout(() => setResult(undefined), RESULT_MS);
    return () => clearTimeout(timer);
  }, [result]);

  async function copy() {
    setResult((await copyText(text)) ? texts.copied : texts.copyFailed);
  }

  return (
    <>
      <button type="button" className="quiet" onClick={() => void copy()}>
        {result ?? texts.copy}
      </button>
      <output className="unseen">{result}</output>
    </>
  );
}
