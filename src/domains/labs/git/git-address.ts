import { fault } from '../../../core/errors.ts';
import { isAbsolute } from 'node:path';

/** Allowed protocols. Others are unsafe: `ext::` runs commands, and `http` and `git` can be tampered with. */
export type GitProtocol = 'https' | 'ssh' | 'file';

/** Longest address, in characters: more than any host uses. */
const LONGEST_ADDRESS = 2_000;

/** `git@host:path`, as Git hosts show it. The path must not start with another colon. */
const scpLike = /^[\w.-]+@[A-Za-z0-9][\w.-]*:(?!:)[\w~/.][^\s:]*$/;

/**
 * Returns the protocol that git uses for `address`.
 * @throws INPUT_INVALID if it is not one of `allowed`
 */
export function gitProtocol(address: string, allowed: readonly GitProtocol[]): GitProtocol {
  const protocol =
    address.length <= LONGEST_ADDRESS && !/\p{Cc}/u.test(address) ? protocolOf(address) : undefined;
  if (protocol !== undefined && allowed.includes(protocol)) return protocol;
  // An invalid address may contain a secret anywhere before an @.
  const given = address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1').slice(0, 200);
  throw fault('INPUT_INVALID', {
    problem: `"${given}" is not an allowed address of a Git repository. Use one that starts with ${prefixes(allowed)}.`,
  });
}

/** Whether `address` looks like the URL of a repository rather than a path. */
export function looksLikeGitUrl(address: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) || scpLike.test(address);
}

/** Removes passwords and tokens from the addresses in a text, so that it can be shown and logged. */
export function withoutSecret(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s]*@/gi, '$1');
}

function protocolOf(address: string): GitProtocol | undefined {
  if (scpLike.test(address)) return 'ssh';
  if (isAbsolute(address)) return 'file';
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // ssh would read a host that starts with a hyphen as an option.
  if (!url || url.hostname.startsWith('-') || url.username.startsWith('-')) return undefined;
  if (url.protocol === 'file:') return 'file';
  if (url.hostname === '') return undefined;
  return url.protocol === 'https:' ? 'https' : url.protocol === 'ssh:' ? 'ssh' : undefined;
}

function prefixes(allowed: readonly GitProtocol[]): string {
  const forms = { https: 'https://', ssh: 'ssh:// or git@host:', file: 'file:// or /' };
  return allowed.map((protocol) => forms[protocol]).join(', ');
}

/**
 * Names of branches, tags and commits that are safe as an argument of git: no option, no refspec with a colon, no
 * revision expression. Stricter than git-check-ref-format(1).
 */
const refRule = /^(?!.*(\.\.|\/\/|@\{|\.lock(\/|$)|[/.]$))[A-Za-z0-9_][\w./+@#-]{0,254}$/;

/** A full commit id, SHA-1 or SHA-256. */
export const commitRule = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Validates the name of a branch, tag or commit. @throws INPUT_INVALID */
export function checkGitRef(ref: string): void {
  if (refRule.test(ref)) return;
  throw fault('INPUT_INVALID', {
    problem: `"${ref.slice(0, 100)}" is not a valid name of a branch or tag, nor a full commit id.`,
  });
}
