import { useEffect, useState } from 'react';
import { copyText } from './copy-text.ts';

/** How long a button says what came of it, in milliseconds. */
const SAID_MS = 2_000;

/** Copies a text, and says so. */
export function CopyButton({ text }: { text: string }) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  async function copy() {
    setSaid((await copyText(text)) ? 'Copied' : 'Not copied');
  }

  return (
    <>
      <button type="button" className="quiet" onClick={() => void copy()}>
        {said ?? 'Copy'}
      </button>
      <output className="unseen">{said}</output>
    </>
  );
}
