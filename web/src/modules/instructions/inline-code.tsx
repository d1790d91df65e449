import { useState } from 'react';
import { copyText, copyTexts } from '../../components/copy-text.ts';
import { CopyIcon, DoneIcon, RunIcon } from '../../components/icons.tsx';
import { useReadySession } from '../session/ready-session.ts';
import { runCommand } from '../terminal/commands.ts';
import type { CodeDeed } from './code-words.ts';
import { useTexts } from '../language/language.ts';
import { instructionTexts } from './texts.ts';

/** Code in a line; where its author says so, a click runs or copies it. */
export function InlineCode({ code, deed }: { code: string; deed: CodeDeed | null }) {
  const texts = useTexts(instructionTexts);
  const { copied: copiedText } = useTexts(copyTexts);
  const session = useReadySession();
  const [copied, setCopied] = useState(false);
  if (deed?.kind === 'run' && session) {
    return (
      <button
        type="button"
        className="code"
        aria-label={texts.runCode(code)}
        onClick={() => runCommand({ ...deed, text: code })}
      >
        <code>{code}</code>
        <RunIcon />
      </button>
    );
  }
  if (deed?.kind === 'copy') {
    return (
      <button
        type="button"
        className="code"
        aria-label={texts.copyCode(code)}
        onClick={() => void copyText(code).then(setCopied)}
        onBlur={() => setCopied(false)}
      >
        <code>{code}</code>
        {copied ? <DoneIcon /> : <CopyIcon />}
        <output className="unseen">{copied && copiedText}</output>
      </button>
    );
  }
  return <code>{code}</code>;
}
