import { fault } from '../../core/errors.ts';

/** Longest name, in characters: it fits on a line of any list. */
const NAME_LIMIT = 100;
/** Longest valid e-mail address, in characters. */
const EMAIL_LIMIT = 254;

/**
 * Returns a name in its stored form: trimmed, one line.
 * @throws INPUT_INVALID
 */
export function readName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > NAME_LIMIT || /\p{Cc}/u.test(trimmed)) {
    throw fault('INPUT_INVALID', { problem: `A name has 1 to ${NAME_LIMIT} characters on one line.` });
  }
  return trimmed;
}

/**
 * Returns an e-mail address in its stored form: trimmed and in lower case, so that one person has one account.
 * @throws INPUT_INVALID
 */
export function readEmail(email: string): string {
  const trimmed = email.trim().toLowerCase();
  if (trimmed.length > EMAIL_LIMIT || !/^[^\s@]+@[^\s@]+$/.test(trimmed)) {
    throw fault('INPUT_INVALID', { problem: `"${trimmed.slice(0, EMAIL_LIMIT)}" is not an e-mail address.` });
  }
  return trimmed;
}
