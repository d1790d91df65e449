import { useEffect, useState } from 'react';
import { copyText } from './copy-text.ts';
import { useTexts } from '../modules/language/language.ts';
import { componentTexts } from './texts.ts';

/** How long a button says what came of it, in milliseconds. */
const SAID_MS = 2_000;

/** Copies a text, and says so. */
export function CopyButton({ text }: { text: string }) {
  const texts = useTexts(componentTexts);
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy() {
    setSaid((await copyText(text)) ? texts.copied : texts.notCopied);
  }

  return (
    <>
      <button type="button" className="quiet" onClick={() => void copy()}>
        {said ?? texts.copy}
      </button>
      <output className="unseen">{said}</output>
    </>
  );
}
