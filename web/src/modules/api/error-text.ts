import type { CombinedError } from 'urql';
import { translateMessage } from './service-message.ts';
import { textsNow } from '../language/language.ts';
import type { Texts } from '../language/language.ts';

/** Returns the message for a failed query, which the page retries automatically. */
export function queryErrorText(error: CombinedError): string {
  return error.networkError ? textsNow(apiTexts).queryFailed : errorText(error);
}

/** Returns the message for a failed action of the user. */
export function errorText(error: CombinedError): string {
  if (error.networkError) return textsNow(apiTexts).actionFailed;
  return error.graphQLErrors
    .map(({ message, extensions }) =>
      translateMessage({ code: String(extensions['code']), message, details: extensions }),
    )
    .join(' ');
}

/** Returns whether the service answered with this code of its error catalogue. */
export function hasCode(error: CombinedError, code: string): boolean {
  return error.graphQLErrors.some((each) => each.extensions['code'] === code);
}

const en = {
  queryFailed: 'The service is not responding. This page reconnects automatically.',
  actionFailed: 'The service is not responding. Try again in a moment.',
};

const apiTexts: Texts<typeof en> = {
  en,
  ko: {
    queryFailed: '서비스가 응답하지 않습니다. 응답이 돌아오면 이 페이지가 자동으로 다시 연결됩니다.',
    actionFailed: '서비스가 응답하지 않습니다. 잠시 후 다시 시도하세요.',
  },
};
