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
