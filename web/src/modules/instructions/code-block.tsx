import { CopyButton } from '../../components/copy-button.tsx';
import { useReadySession } from '../session/ready-session.ts';
import { readFence } from './code-words.ts';
import { RunButton } from './run-button.tsx';
import { WriteButton } from './write-button.tsx';

/** A block of code, and what can be done with it by a click: to copy it, run it, or write it into a file. */
export function CodeBlock({ code, info }: { code: string; info: string }) {
  const session = useReadySession();
  const { language, deed } = readFence(info);
  return (
    <div className="command">
      {deed.kind === 'write' && <p className="command-file">{deed.path}</p>}
      <div className="command-body">
        <pre>
          <code className={language && `language-${language}`}>{code}</code>
        </pre>
        <div className="command-deeds">
          {session && deed.kind === 'run' && <RunButton code={code} deed={deed} session={session} />}
          {session && deed.kind === 'write' && <WriteButton code={code} deed={deed} session={session} />}
          <CopyButton text={code} />
        </div>
      </div>
    </div>
  );
}
