import { test } from 'tap';
import { found, findingCodes } from '../../../../../src/domains/checks/results/findings.ts';
import { faultCodes } from '../../../../../src/core/errors.ts';

await test('a finding gets its text from its details, and keeps them for other languages', async (t) => {
  t.strictSame(found('FILE_OTHER_MODE', { path: '~/notes', mode: '755' }), {
    code: 'FILE_OTHER_MODE',
    details: { path: '~/notes', mode: '755' },
    message: 'The mode of ~/notes is 755; a different one is required.',
  });
});

await test('no code is both a finding and an error, so one table has the texts of both', async (t) => {
  const errors = new Set<string>(faultCodes);
  t.strictSame(
    findingCodes.filter((code) => errors.has(code)),
    [],
  );
});
