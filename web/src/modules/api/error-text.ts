import type { CombinedError } from 'urql';

/** What to tell the learner: the service's own words, or that it does not answer. */
export function errorText(error: CombinedError): string {
  if (error.networkError)
    return 'The service does not answer. Check your connection; this page goes on by itself.';
  return error.graphQLErrors.map((each) => each.message).join(' ');
}

/** Whether the service asks to sign in. */
export function needsSignIn(error: CombinedError): boolean {
  return error.graphQLErrors.some((each) => each.extensions['code'] === 'UNAUTHENTICATED');
}
