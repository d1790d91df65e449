import type { ShellSpec } from '../../engine/engine-terminals.ts';
import type { LabMachine } from './lab.ts';

/** What every shell finds: colours that browsers' terminals have, and text as UTF-8. The lab's own settings come on top. */
const ENVIRONMENT = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };

/** The shell that terminals of a lab's machine begin with. Pure. */
export function shellOf({
  shell,
  user,
  environment,
}: Pick<LabMachine, 'shell' | 'user' | 'environment'>): ShellSpec {
  return {
    command: shell,
    ...(user !== undefined && { user }),
    environment: { ...ENVIRONMENT, ...environment },
  };
}
