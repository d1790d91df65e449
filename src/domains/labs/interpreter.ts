/** The interpreter that a script's first line names, with its one argument, as the kernel reads it; otherwise sh. */
export function interpreterOf(script: string): string[] {
  const [, interpreter, argument] = /^#![ \t]*(\S+)[ \t]*(.*?)[ \t]*(?:\n|$)/.exec(script) ?? [];
  if (interpreter === undefined) return ['/bin/sh'];
  if (!argument) return [interpreter];
  // What env would look for is looked for by who runs the script, and can say that it is not there.
  if (/(^|\/)env$/.test(interpreter) && /^[\w.+/-]+$/.test(argument) && !argument.startsWith('-')) {
    return [argument];
  }
  return [interpreter, argument];
}
