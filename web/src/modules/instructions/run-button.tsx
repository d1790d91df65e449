import type { LabSession } from '../session/session.ts';
import { runCommand } from '../terminal/commands.ts';
import type { CodeDeed } from './code-words.ts';

type Run = Extract<CodeDeed, { kind: 'run' }>;

/** Types a block into a terminal. */
export function RunButton(props: { code: string; deed: Run; session: LabSession }) {
  const { code, deed, session } = props;
  const { terminal, machine } = deed;
  return (
    <button type="button" onClick={() => runCommand({ ...deed, text: code })}>
      Run
      {terminal !== undefined && terminal > 1 && ` in terminal ${terminal}`}
      {machine !== undefined && session.machines.length > 1 && ` on ${machine}`}
    </button>
  );
}
