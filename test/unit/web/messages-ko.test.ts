import { test } from 'tap';
import { found, findingCodes } from '../../../src/domains/checks/results/findings.ts';
import { fault, faultCodes } from '../../../src/core/errors.ts';
import { koreanMessages } from '../../../web/src/modules/api/messages-ko.ts';

/** Codes that only authors, staff, admins and API clients see, and codes whose message is another program's text. */
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

const placeholdersIn = (text: string): readonly string[] => text.match(/\{\w+\}/g) ?? [];

await test('every message that learners can see has a Korean template', async (t) => {
  const translated = Object.keys(koreanMessages);
  const expected = [...english.keys()].filter((code) => !notForLearners.has(code));
  t.strictSame(translated.toSorted(), expected.toSorted());
});

await test('Korean templates use only placeholders of the English message', async (t) => {
  for (const [code, words] of Object.entries(koreanMessages)) {
    const there = placeholdersIn(english.get(code) ?? '');
    for (const place of placeholdersIn(words)) t.ok(there.includes(place), `${code} ${place}`);
  }
});
