import { test } from 'tap';
import { found, findingCodes } from '../../../src/domains/checks/results/findings.ts';
import { fault, faultCodes } from '../../../src/core/errors.ts';
import { koreanWords } from '../../../web/src/modules/api/words-ko.ts';

/** What only authors, staff, admins and those who program against the API meet, and what passes on the words of another. */
const notForLearners = new Set<string>([
  'INPUT_INVALID',
  'TOKEN_EXPIRED',
  'SIGN_IN_LINK_INVALID',
  'FORBIDDEN',
  'ROOT_REFUSED',
  'NOT_FOUND',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
  'QUERY_TOO_COMPLEX',
  'USER_NOT_FOUND',
  'EMAIL_TAKEN',
  'LAST_ADMIN',
  'TOKEN_NOT_FOUND',
  'GIT_FAILED',
  'LAB_SOURCE_NOT_FOUND',
  'FRAME_INVALID',
  'TERMINAL_SIZE_INVALID',
  'PREVIEW_UNKNOWN',
  'PREVIEW_REFUSED',
  'PREVIEW_ORIGIN_REFUSED',
  'ARCHIVE_REFUSED',
  'IMAGE_NOT_OURS',
  'IMAGE_IN_USE',
  'JOB_BUSY',
  'JOB_LIMIT',
  'JOB_TIMED_OUT',
  'JOB_INTERRUPTED',
  'SECRET_UNREADABLE',
  'LOCAL_REGISTRY_UNAVAILABLE',
  'LOCAL_REGISTRY_REFUSED',
  'IMAGE_BUILD_FAILED',
  'MIGRATION_FAILED',
  'CONFIG_INVALID',
]);

const english = new Map<string, string>([
  ...findingCodes.map((code) => [code, found(code).message] as const),
  ...faultCodes.map((code) => [code, fault(code).message] as const),
]);

const placesIn = (text: string): readonly string[] => text.match(/\{\w+\}/g) ?? [];

await test('all that learners can be told has Korean words', async (t) => {
  const worded = Object.keys(koreanWords);
  const wanted = [...english.keys()].filter((code) => !notForLearners.has(code));
  t.strictSame(worded.toSorted(), wanted.toSorted());
});

await test('they are made of what the message itself is made of', async (t) => {
  for (const [code, words] of Object.entries(koreanWords)) {
    const there = placesIn(english.get(code) ?? '');
    for (const place of placesIn(words)) t.ok(there.includes(place), `${code} ${place}`);
  }
});
