import { readFence } from 'berth-lab-format/code-words';
import type { CodeAction } from 'berth-lab-format/code-words';
import { useState } from 'react';
import type { LabSession } from '../../generated/operations.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { copyText, copyTexts } from '../../components/copy-text.ts';
import { CopyIcon, DoneIcon, RunIcon } from '../../components/icons.tsx';
import { FileProblem } from '../files/machine-files.ts';
import { changeFile } from '../files/text-file.ts';
import { instructionTexts } from './texts.ts';
import { useTexts } from '../language/language.ts';
import { useReadySession } from '../session/session.ts';
import { runCommand } from '../terminal/commands.ts';

/** Shows a block of code with buttons that copy it, run it, or write it to a file. */
export function CodeBlock({ code, info }: { code: string; info: string }) {
  const session = useReadySession();
  const { language, action } = readFence(info);
  return (
    <div className="command">
      {action.kind === 'write' && <p className="command-file">{action.path}</p>}
      <div className="command-body">
        <pre>
          <code className={language && `language-${language}`}>{code}</code>
        </pre>
        <div className="command-actions">
          {session && action.kind === 'run' && <RunButton code={code} action={action} session={session} />}
          {session && action.kind === 'write' && (
            <WriteButton code={code} action={action} session={session} />
          )}
          <CopyButton text={code} />
        </div>
      </div>
    </div>
  );
}

type Run = Extract<CodeAction, { kind: 'run' }>;

/** Types a block of code into a terminal. */
function RunButton(props: { code: string; action: Run; session: LabSession }) {
  const { code, action, session } = props;
  const { terminal, machine } = action;
  const texts = useTexts(instructionTexts);
  return (
    <button type="button" onClick={() => runCommand({ ...action, text: code })}>
      {texts.run(
        terminal !== undefined && terminal > 1 ? terminal : undefined,
        session.machines.length > 1 ? machine : undefined,
      )}
    </button>
  );
}

type Write = Extract<CodeAction, { kind: 'write' }>;

/** Writes a block of code to a file of the learner's machine and shows the result. */
function WriteButton(props: { code: string; action: Write; session: LabSession }) {
  const { code, action, session } = props;
  const texts = useTexts(instructionTexts);
  const [writing, setWriting] = useState(false);
  const [result, setResult] = useState<{ problem?: string }>();
  const machine = action.machine ?? session.machines[0]?.name ?? '';

  async function write() {
    if (writing) return;
    setWriting(true);
    setResult(undefined);
    try {
      await changeFile({ session: session.id, machine }, action.path, code, action.how);
      setResult({});
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      setResult({ problem: error.message });
    } finally {
      setWriting(false);
    }
  }

  return (
    <>
      <button type="button" aria-disabled={writing} onClick={() => void write()}>
        {texts.write[action.how.mode]}
      </button>
      {result && (
        <span role={result.problem ? 'alert' : 'status'} className={result.problem ? 'warning' : 'done'}>
          {result.problem ?? `✓ ${texts.written}`}
        </span>
      )}
    </>
  );
}

/** Shows inline code. If it has an action, a click runs or copies it. */
export function InlineCode({ code, action }: { code: string; action: CodeAction | undefined }) {
  const texts = useTexts(instructionTexts);
  const { copied: copiedText } = useTexts(copyTexts);
  const session = useReadySession();
  const [copied, setCopied] = useState(false);
  if (action?.kind === 'run' && session) {
    return (
      <button
        type="button"
        className="code"
        aria-label={texts.runCode(code)}
        onClick={() => runCommand({ ...action, text: code })}
      >
        <code>{code}</code>
        <RunIcon />
      </button>
    );
  }
  if (action?.kind === 'copy') {
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
