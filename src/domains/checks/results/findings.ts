import { filled } from '../../../core/plain-text.ts';
import type { Fault, FaultCode, FaultDetails } from '../../../core/errors.ts';

/**
 * Berth's own messages about a learner's work, by a code that clients can translate; `{name}` is filled from the
 * details. They say what was found, never the solution.
 */
const findings = {
  DONE: 'Done.',
  NOT_YET: 'Not there yet.',

  ANSWER_MISSING: 'This question has no answer yet.',
  ANSWER_RIGHT: 'That is right.',
  ANSWER_WRONG: 'That is not right.',
  ANSWER_WRONG_LEFT: 'That is not right. Answers left: {left}.',
  ANSWER_USED_UP: 'This question cannot be answered any more.',

  FILE_ABSENT: '{path} does not exist.',
  FILE_PRESENT: '{path} should not exist.',
  FILE_LEADS_NOWHERE: '{path} is a broken link, and should not exist.',
  FILE_HIDDEN: '{path} cannot be accessed.',
  FILE_UNREADABLE: '{path} cannot be read.',
  FILE_OTHER_THAN_FOLDER: '{path} is not a folder.',
  FILE_OTHER_THAN_FILE: '{path} is not a file.',
  FILE_OTHER_MODE: 'The mode of {path} is {mode}; a different one is required.',
  FILE_OTHER_OWNER: '{path} belongs to {owner}; a different owner is required.',
  FILE_OTHER_CONTENT: '{path} does not have the required content.',

  COMMAND_OTHER_EXIT: 'The check command returned the unexpected exit code {exitCode}.',
  COMMAND_OTHER_OUTPUT: 'The check command did not print the expected output.',

  HTTP_OTHER_STATUS:
    '{method} {path} on port {port} of the machine "{machine}" returned the status {status}.',
  HTTP_OTHER_BODY:
    '{method} {path} on port {port} of the machine "{machine}" did not return the required content.',
  HTTP_LATE: 'The server on port {port} of the machine "{machine}" did not respond within {seconds} s.',
} as const;

type FindingCode = keyof typeof findings;

/** All codes, for the docs, and for tests that each has a text. */
export const findingCodes = Object.keys(findings) as FindingCode[];

/** Code and details of a message: of a finding, or of an error in the catalogue. */
export interface Finding {
  code: FindingCode | FaultCode;
  details: FaultDetails;
}

/** A finding with its text. */
export type Found = Finding & Pick<Fault, 'message'>;

export function found(code: FindingCode, details: FaultDetails = {}): Found {
  return { code, details, message: filled(findings[code], details) };
}
