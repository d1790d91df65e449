import type { CombinedError } from 'urql';
import { textsNow } from '../language/language.ts';
import { apiTexts } from './texts.ts';
import { worded } from './worded.ts';

/** What to tell the learner of something that could not be shown: the page tries again by itself. */
export function readingErrorText(error: CombinedError): string {
  return error.networkError ? textsNow(apiTexts).notRead : errorText(error);
}

/** What to tell the learner of something that they asked for and that was not done. */
export function errorText(error: CombinedError): string {
  if (error.networkError) return textsNow(apiTexts).notDone;
  return error.graphQLErrors
    .map(({ message, extensions }) =>
      worded({ code: String(extensions['code']), message, details: extensions }),
    )
    .join(' ');
}

/** Whether the service refused with this code of its catalogue. */
export function hasCode(error: CombinedError, code: string): boolean {
  return error.graphQLErrors.some((each) => each.extensions['code'] === code);
}
