import type { ShellSpec } from '../../engine/engine-terminals.ts';
import type { LabMachine } from './lab.ts';

/** Environment of every shell: the colours of browser terminals, and UTF-8. The lab's settings override it. */
const ENVIRONMENT = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };

/** Returns the shell that a terminal of the machine starts. Pure. */
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
