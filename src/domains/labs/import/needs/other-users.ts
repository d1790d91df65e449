import type { Place } from '../import-note.ts';
import { behindRunner, shellCommands } from './shell-commands.ts';
import type { ShellCommand } from './shell-commands.ts';

/** A program that only root can use in machines, and the other user that runs it. */
interface RefusedProgram {
  program: string;
  user: string;
  place: Place;
}

/** Code of a scenario with its commands. `terminal` names the terminal that a click uses. */
interface ParsedCode {
  place: Place;
  use: 'run' | 'shown';
  terminal?: number | undefined;
  commands: readonly ShellCommand[];
}

/** Programs with setuid or setgid. The engine sets no-new-privileges, so they give other users no rights. */
const SET_ID = new Set(['sudo', 'su', 'passwd', 'chsh', 'chfn', 'newgrp', 'gpasswd', 'crontab', 'pkexec']);
/** Options of `su` and `runuser` that take a value. */
const TAKES_WORD = /^(?:-[gGsTw]|--group|--supp-group|--shell|--whitelist-environment)$/;
/** Maximum nesting of commands such as `bash -c "su -c '…'"`. */
const DEEPEST = 4;

/** The effect of a command on users: it runs a program without effect, or switches the terminal to another user. */
interface Followed {
  refused?: { program: string; user: string };
  /** The new user of the terminal's shell; undefined for root and for users that the code does not name. */
  becomes?: { user: string | undefined };
}

/**
 * Finds programs with setuid that users other than root run. In scripts it follows single commands. On pages it also
 * follows the terminals of clicks: after `su - bob`, commands run as bob until `exit`. Pure; it never throws.
 */
export function refusedPrograms(pieces: readonly ParsedCode[]): RefusedProgram[] {
  const found: RefusedProgram[] = [];
  const users = new Map<string, string>();
  const inOrder = pieces.toSorted(
    (one, other) => (one.place.line ?? 0) - (other.place.line ?? 0), // stable: scripts keep their order
  );
  for (const { place, use, terminal, commands } of inOrder) {
    const shell = place.line === undefined ? undefined : terminalOf(place, use, terminal);
    for (const command of commands) {
      const all = [...command.before, ...command.words];
      const user = shell === undefined ? undefined : users.get(shell);
      const here = { file: place.file, line: place.line ?? command.line };
      const { refused, becomes } = follow(all, undefined, 0);
      if (refused) found.push({ ...refused, place: here });
      else if (user !== undefined && all[0] === 'sudo') found.push({ program: 'sudo', user, place: here });
      if (shell === undefined) continue;
      if (becomes?.user !== undefined) users.set(shell, becomes.user);
      else if (becomes || /^(?:exit|logout)$/.test(all[0] ?? '')) users.delete(shell);
    }
  }
  return found;
}

/** Identifies the terminal of a page's code. Each typed block counts separately, because the text may say "exit" between. */
function terminalOf({ file, line }: Place, use: 'run' | 'shown', terminal: number | undefined): string {
  return use === 'run' ? `${file} ${terminal ?? 1}` : `${file}:${line}`;
}

function follow(words: readonly string[], user: string | undefined, depth: number): Followed {
  const [name = '', ...rest] = words;
  if (depth > DEEPEST) return {};
  if (user !== undefined && SET_ID.has(name)) return { refused: { program: name, user } };
  const behind = behindRunner(words);
  if (name === 'sudo') {
    const options = words.slice(1, words.length - (behind?.length ?? 0));
    if (options.some((word) => /^(?:-[a-zA-Z]*[lvkK]|--list)/.test(word))) return {};
    const next = otherUser(sudoUser(options));
    if (behind) return follow(behind, next, depth + 1);
    return options.some((word) => /^(?:-[a-zA-Z]*[is]|--login|--shell)/.test(word))
      ? { becomes: { user: next } }
      : {};
  }
  if (name === 'su' || name === 'runuser') {
    const { user: named, code, program } = switchUser(rest, name);
    const next = otherUser(named);
    if (program) return follow(program, next, depth + 1);
    return code === undefined ? { becomes: { user: next } } : followCode(code, next, depth);
  }
  if (/^(?:ba|da|z)?sh$/.test(name)) {
    const at = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
    return at === -1 ? {} : followCode(rest[at + 1] ?? '', user, depth);
  }
  return behind ? follow(behind, user, depth + 1) : {};
}

/** Follows the code of `-c`, which leaves no shell behind. */
function followCode(code: string, user: string | undefined, depth: number): Followed {
  for (const { before, words } of shellCommands(code).commands) {
    const { refused } = follow([...before, ...words], user, depth + 1);
    if (refused) return { refused };
  }
  return {};
}

function sudoUser(options: readonly string[]): string | undefined {
  for (const [at, word] of options.entries()) {
    if (/^-[a-zA-Z]*u$/.test(word)) return options[at + 1];
    const [, user] = /^(?:-u|--user=)(.+)$/.exec(word) ?? [];
    if (user !== undefined) return user;
  }
  return undefined;
}

/** The user that `su` or `runuser` names, and the code or the program that it runs. */
function switchUser(
  words: readonly string[],
  name: 'su' | 'runuser',
): { user?: string | undefined; code?: string | undefined; program?: string[] } {
  let user: string | undefined;
  let code: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (name === 'runuser' && (word === '-u' || word === '--user')) {
      const program = words.slice(at + 2);
      return { user: words[at + 1], program: program[0] === '--' ? program.slice(1) : program };
    }
    if (/^(?:-[a-z]*c|--command|--session-command)$/.test(word)) code = words[(at += 1)] ?? '';
    else if (word.startsWith('--command=')) code = word.slice('--command='.length);
    else if (TAKES_WORD.test(word)) at += 1;
    else if (!word.startsWith('-')) user ??= word;
  }
  return { user, code };
}

/** A user other than root, if the code names one. */
function otherUser(name: string | undefined): string | undefined {
  return name !== undefined && name !== 'root' && /^[a-z_][\w.-]*$/i.test(name) ? name : undefined;
}
