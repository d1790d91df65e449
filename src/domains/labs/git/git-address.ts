import { isAbsolute } from 'node:path';
import { fault } from '../../../core/errors.ts';

/** Ways to a repository: what else git knows, such as `ext::`, runs commands, and `http` and `git` can be tampered with. */
export type GitProtocol = 'https' | 'ssh' | 'file';

/** Longest address, in characters: beyond what any host gives. */
const LONGEST_ADDRESS = 2_000;

/** `git@host:path`, as hosts show it; the path must not begin with another colon. */
const scpLike = /^[\w.-]+@[A-Za-z0-9][\w.-]*:(?!:)[\w~/.][^\s:]*$/;

/**
 * The protocol that git would speak to `address`, where it is one of `allowed`.
 * @throws INPUT_INVALID for any other
 */
export function gitProtocol(address: string, allowed: readonly GitProtocol[]): GitProtocol {
  const protocol = address.length <= LONGEST_ADDRESS && !/\p{Cc}/u.test(address) ? read(address) : undefined;
  if (protocol !== undefined && allowed.includes(protocol)) return protocol;
  // What is no address may hold a secret anywhere before an @.
  const given = address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1').slice(0, 200);
  throw fault('INPUT_INVALID', {
    problem: `"${given}" is no address of a git repository that can be used here: give one that begins with ${shown(allowed)}.`,
  });
}

/** Whether `address` is written as that of a repository, and not as a plain path. */
export function looksLikeGitUrl(address: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) || scpLike.test(address);
}

/** An address, or a text with addresses, as it may be shown and logged: without passwords and tokens in them. */
export function withoutSecret(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s]*@/gi, '$1');
}

function read(address: string): GitProtocol | undefined {
  if (scpLike.test(address)) return 'ssh';
  if (isAbsolute(address)) return 'file';
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // A host that begins with a hyphen would be an option to ssh.
  if (!url || url.hostname.startsWith('-') || url.username.startsWith('-')) return undefined;
  if (url.protocol === 'file:') return 'file';
  if (url.hostname === '') return undefined;
  return url.protocol === 'https:' ? 'https' : url.protocol === 'ssh:' ? 'ssh' : undefined;
}

function shown(allowed: readonly GitProtocol[]): string {
  const forms = { https: 'https://', ssh: 'ssh:// or git@host:', file: 'file:// or /' };
  return allowed.map((protocol) => forms[protocol]).join(', ');
}
