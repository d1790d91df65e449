import { internetUse } from './internet-use.ts';
import type { ShellCommand } from './shell-commands.ts';

/** What code looks for in a list of routes, if it looks for the default one. */
const DEFAULT_ROUTE = /\bdefault\b|(?<![\d.])0\.0\.0\.0(?![\d.:])|\bUG\b|gateway|\bvia\b/i;
/** Most lines of one command that are read. */
const MOST_LINES = 5;

/**
 * Names a command that asks for the machine's default gateway, such as "ip route"; undefined for other commands.
 * `lines` are those of its code.
 */
export function gatewayUse(
  { words, line }: Pick<ShellCommand, 'words' | 'line'>,
  lines: readonly string[],
): string | undefined {
  const [name = '', ...given] = words;
  const rest = given.filter((word) => !word.startsWith('-'));
  if (/^(?:ping|traceroute|tracepath|mtr)$/.test(name)) {
    return rest.includes('_gateway') ? `${name} _gateway` : undefined;
  }
  if (name === 'ip') {
    const [object = '', verb = 'show', to = ''] = rest;
    if (!/^(?:r|ro|route)$/.test(object)) return undefined;
    if (verb === 'get')
      return internetUse({ words: ['ping', to] }) === undefined ? undefined : 'ip route get';
    if (!/^(?:s|sh|show|l|ls|list)$/.test(verb)) return undefined;
    return DEFAULT_ROUTE.test(wholeCommand(lines, line)) ? 'ip route' : undefined;
  }
  const listsRoutes =
    (name === 'route' && rest.length === 0) ||
    (name === 'netstat' && given.some((word) => /^(?:-[a-z]*r|--route)/.test(word)));
  return listsRoutes && DEFAULT_ROUTE.test(wholeCommand(lines, line)) ? name : undefined;
}

/** The line, with those that continue it. */
function wholeCommand(lines: readonly string[], line: number): string {
  const some = lines.slice(line - 1, line - 1 + MOST_LINES);
  const last = some.findIndex((text) => !/[\\|]\s*$/.test(text));
  return some.slice(0, last === -1 ? undefined : last + 1).join('\n');
}
