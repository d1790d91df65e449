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

/** What stands before a log's path where the code writes the file, names it for later, or asks whether it exists. */
const MAKES = /(?:>\|?\s*|=|(?:^|\s)-[efrs]\s+|\b(?:tee|touch|cp|mv|ln|install|truncate)\b[^\n;|&]*\s)["']?$/;
/** Longest text before a path that is read, in characters: longer than a line of a script. */
const LONGEST_BEFORE = 200;

/** Logs that a scenario's own code writes, or does without: it needs no system log daemon for these. */
export function ownLogs(codes: readonly string[]): ReadonlySet<string> {
  const own = new Set<string>();
  for (const code of codes) {
    for (const { 0: path, index } of code.matchAll(LOGS)) {
      if (!own.has(path) && MAKES.test(code.slice(Math.max(0, index - LONGEST_BEFORE), index))) own.add(path);
    }
  }
  return own;
}

/** What a command needs a system log daemon for; undefined where it needs none. */
export function systemLogUse(
  { words }: Pick<ShellCommand, 'words'>,
  { own, isTyped }: { own: ReadonlySet<string>; isTyped: boolean },
): { command: string; message: string } | undefined {
  const [name = '', ...rest] = words;
  const daemon = 'needs a system log daemon, which machines do not run';
  // A script only leaves a message for the log; a learner is to find it there.
  if (name === 'logger' && isTyped) return { command: name, message: `runs "${name}", which ${daemon}` };
  if (name === 'service' && LOG_DAEMONS.includes(rest[0] ?? '')) {
    return { command: `service ${rest[0]}`, message: `runs "service ${rest[0]}", which ${daemon}` };
  }
  const log = READERS.has(name) ? rest.find((word) => LOG.test(word) && !own.has(word)) : undefined;
  return log === undefined
    ? undefined
    : { command: log, message: `reads "${log}", which no system log daemon writes in machines` };
}
