import { test } from 'tap';
import { found, findingCodes } from '../../../src/domains/checks/results/findings.ts';
import { fault, faultCodes } from '../../../src/core/errors.ts';
import { koreanMessages } from '../../../web/src/modules/api/messages-ko.ts';

const english = new Map<string, string>([
  ...findingCodes.map((code) => [code, found(code).message] as const),
  ...faultCodes.map((code) => [code, fault(code).message] as const),
]);

const placeholdersIn = (text: string): readonly string[] => text.match(/\{\w+\}/g) ?? [];

await test('every message has a Korean template', async (t) => {
  t.strictSame(Object.keys(koreanMessages).toSorted(), [...english.keys()].toSorted());
});

await test('Korean templates use only placeholders of the English message', async (t) => {
  for (const [code, words] of Object.entries(koreanMessages)) {
    const there = placeholdersIn(english.get(code) ?? '');
    for (const place of placeholdersIn(words)) t.ok(there.includes(place), `${code} ${place}`);
  }
});
