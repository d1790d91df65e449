import { useState } from 'react';
import { changeFile } from '../files/text-file.ts';
import { FileProblem } from '../files/machine-files.ts';
import type { LabSession } from '../session/session.ts';
import type { CodeDeed } from './code-words.ts';
import { useTexts } from '../language/language.ts';
import { instructionTexts } from './texts.ts';

type Write = Extract<CodeDeed, { kind: 'write' }>;

/** Writes a block into a file of the learner's machine, and says what came of it. */
export function WriteButton(props: { code: string; deed: Write; session: LabSession }) {
  const { code, deed, session } = props;
  const texts = useTexts(instructionTexts);
  const [writing, setWriting] = useState(false);
  const [outcome, setOutcome] = useState<{ problem?: string }>();
  const machine = deed.machine ?? session.machines[0]?.name ?? '';

  async function write() {
    if (writing) return;
    setWriting(true);
    setOutcome(undefined);
    try {
      await changeFile({ session: session.id, machine }, deed.path, code, deed.how);
      setOutcome({});
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      setOutcome({ problem: error.message });
    } finally {
      setWriting(false);
    }
  }

  return (
    <>
      <button type="button" aria-disabled={writing} onClick={() => void write()}>
        {texts.write[deed.how.mode]}
      </button>
      {outcome && (
        <span role={outcome.problem ? 'alert' : 'status'} className={outcome.problem ? 'warning' : 'done'}>
          {outcome.problem ?? `✓ ${texts.written}`}
        </span>
      )}
    </>
  );
}
