import type { LabSession } from '../session/session.ts';
import { runCommand } from '../terminal/commands.ts';
import type { CodeDeed } from './code-words.ts';
import { useTexts } from '../language/language.ts';
import { instructionTexts } from './texts.ts';

type Run = Extract<CodeDeed, { kind: 'run' }>;

/** Types a block into a terminal. */
export function RunButton(props: { code: string; deed: Run; session: LabSession }) {
  const { code, deed, session } = props;
  const { terminal, machine } = deed;
  const texts = useTexts(instructionTexts);
  return (
    <button type="button" onClick={() => runCommand({ ...deed, text: code })}>
      {texts.run(
        terminal !== undefined && terminal > 1 ? terminal : undefined,
        session.machines.length > 1 ? machine : undefined,
      )}
    </button>
  );
}
