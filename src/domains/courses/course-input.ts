import { fault } from '../../core/errors.ts';
import { hasControlCharacter } from '../../core/plain-text.ts';

/** Longest title, code, term or name of a section, in characters: it fits on a line of any list. */
const LINE_LIMIT = 120;
/** Longest reason of a change, in characters. */
const REASON_LIMIT = 500;

/**
 * Returns a text in its stored form: trimmed, one line. `what` starts the sentence of the error, as in "A title".
 * @throws INPUT_INVALID
 */
export function readLine(what: string, text: string, { required = false } = {}): string {
  const trimmed = text.trim();
  const least = required ? 1 : 0;
  if (trimmed.length < least || trimmed.length > LINE_LIMIT || /\p{Cc}/u.test(trimmed)) {
    const problem = `${what} has ${required ? '1 to' : 'at most'} ${LINE_LIMIT} characters on one line.`;
    throw fault('INPUT_INVALID', { problem });
  }
  return trimmed;
}

/** Returns the reason that staff give for a change. @throws INPUT_INVALID */
export function readReason(text: string, { required = false } = {}): string {
  const reason = text.trim();
  const least = required ? 1 : 0;
  if (reason.length >= least && reason.length <= REASON_LIMIT && !hasControlCharacter(reason)) return reason;
  const length = required ? `1 to ${REASON_LIMIT}` : `at most ${REASON_LIMIT}`;
  throw fault('INPUT_INVALID', { problem: `A reason has ${length} characters, and no control characters.` });
}

/**
 * Returns the canonical name of a time zone, such as "Asia/Seoul".
 * @throws INPUT_INVALID
 */
export function readTimeZone(name: string): string {
  // Offsets such as "+09:00" are accepted by newer engines, but have no daylight-saving time.
  if (/^[A-Za-z]/.test(name)) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const shown = name.slice(0, LINE_LIMIT);
  throw fault('INPUT_INVALID', {
    problem: `"${shown}" is not a time zone. Use a name such as "Asia/Seoul".`,
  });
}
