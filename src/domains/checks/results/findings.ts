import { filled } from '../../../core/plain-text.ts';
import type { Fault, FaultCode, FaultDetails } from '../../../core/errors.ts';

/**
 * All that Berth itself says of a learner's work, by a code that clients can word in another language;
 * `{name}` is filled from the details. What was found, never what would be right.
 */
const findings = {
  DONE: 'Done.',
  NOT_YET: 'Not there yet.',

  ANSWER_MISSING: 'This is not answered yet.',
  ANSWER_RIGHT: 'That is right.',
  ANSWER_WRONG: 'That is not right.',
  ANSWER_WRONG_LEFT: 'That is not right. Answers left: {left}.',
  ANSWER_USED_UP: 'This question cannot be answered any more.',

  FILE_ABSENT: '{path} is not there.',
  FILE_PRESENT: '{path} is there, and is not to be.',
  FILE_LEADS_NOWHERE: '{path} is a link that leads nowhere, and is not to be there.',
  FILE_HIDDEN: '{path} cannot be looked at.',
  FILE_UNREADABLE: '{path} cannot be read.',
  FILE_OTHER_THAN_FOLDER: '{path} is not a folder.',
  FILE_OTHER_THAN_FILE: '{path} is not a file.',
  FILE_OTHER_MODE: 'The permission bits of {path} are {mode}, and are to be others.',
  FILE_OTHER_OWNER: "{path} belongs to {owner}, and is to be somebody else's.",
  FILE_OTHER_CONTENT: 'What is in {path} is not what is asked for.',

  COMMAND_OTHER_EXIT: 'The command that looks at this ended with exit code {exitCode}.',
  COMMAND_OTHER_OUTPUT: 'The command that looks at this does not print what it should.',

  HTTP_OTHER_STATUS:
    '{method} {path} on port {port} of the machine "{machine}" is answered with the status {status}.',
  HTTP_OTHER_BODY:
    '{method} {path} on port {port} of the machine "{machine}" is not answered with what is asked for.',
  HTTP_LATE: 'What answers on port {port} of the machine "{machine}" took more than {seconds} s.',
} as const;

export type FindingCode = keyof typeof findings;

/** All codes, for the docs and for tests that each is worded. */
export const findingCodes = Object.keys(findings) as FindingCode[];

/** What a message says, whatever its words: of the findings, or of the catalogue of errors. */
export interface Finding {
  code: FindingCode | FaultCode;
  details: FaultDetails;
}

/** A finding with its words. */
export type Found = Finding & Pick<Fault, 'message'>;

export function found(code: FindingCode, details: FaultDetails = {}): Found {
  return { code, details, message: filled(findings[code], details) };
}
