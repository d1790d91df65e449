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

/**
 * Returns the interpreter of a script's `#!` line with its single argument, as the kernel parses it. Without
 * such a line it returns `sh`.
 */
export function interpreterOf(script: string): string[] {
  const [, interpreter, argument] = /^#![ \t]*(\S+)[ \t]*(.*?)[ \t]*(?:\n|$)/.exec(script) ?? [];
  if (interpreter === undefined) return ['/bin/sh'];
  if (!argument) return [interpreter];
  // The caller searches PATH instead of env, so it can report a missing interpreter by name.
  if (/(^|\/)env$/.test(interpreter) && /^[\w.+/-]+$/.test(argument) && !argument.startsWith('-')) {
    return [argument];
  }
  return [interpreter, argument];
}
