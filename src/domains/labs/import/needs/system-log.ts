import type { ShellCommand } from './shell-commands.ts';

/** Files that only a system log daemon writes. */
const LOG =
  /^\/var\/log\/(?:syslog|messages|auth\.log|secure|kern\.log|cron|cron\.log|daemon\.log|user\.log)(?:\.1)?$/;
const LOGS = /\/var\/log\/[a-z]+(?:\.log)?(?:\.1)?/g;
/** Programs that read the files they name. */
const READERS = new Set(
  'cat tac head tail less more grep egrep fgrep awk gawk sed cut sort wc view vi vim nano lnav'.split(' '),
);
/** System log daemons, as services and packages. */
export const LOG_DAEMONS: readonly string[] = ['rsyslog', 'syslog-ng', 'syslog', 'inetutils-syslogd'];

/** Text before a log's path if the code writes the file, stores its name, or tests whether it exists. */
const MAKES = /(?:>\|?\s*|=|(?:^|\s)-[efrs]\s+|\b(?:tee|touch|cp|mv|ln|install|truncate)\b[^\n;|&]*\s)["']?$/;
/** Length of the text before a path that is examined, in characters: more than a line of a script. */
const LONGEST_BEFORE = 200;

/** Finds logs that the scenario's own code writes or tests for, so they need no system log daemon. */
export function ownLogs(codes: readonly string[]): ReadonlySet<string> {
  const own = new Set<string>();
  for (const code of codes) {
    for (const { 0: path, index } of code.matchAll(LOGS)) {
      if (!own.has(path) && MAKES.test(code.slice(Math.max(0, index - LONGEST_BEFORE), index))) own.add(path);
    }
  }
  return own;
}

/** Explains why a command needs a system log daemon; undefined if it does not. */
export function systemLogUse(
  { words }: Pick<ShellCommand, 'words'>,
  { own, isTyped }: { own: ReadonlySet<string>; isTyped: boolean },
): { command: string; message: string } | undefined {
  const [name = '', ...rest] = words;
  const daemon = 'needs a system log daemon, which machines do not run';
  // A script may log without effect, but a learner is expected to find the message.
  if (name === 'logger' && isTyped) return { command: name, message: `runs "${name}", which ${daemon}` };
  if (name === 'service' && LOG_DAEMONS.includes(rest[0] ?? '')) {
    return { command: `service ${rest[0]}`, message: `runs "service ${rest[0]}", which ${daemon}` };
  }
  const log = READERS.has(name) ? rest.find((word) => LOG.test(word) && !own.has(word)) : undefined;
  return log === undefined
    ? undefined
    : { command: log, message: `reads "${log}", which no system log daemon writes in machines` };
}
