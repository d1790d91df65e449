import t from 'tap';
import { cleanUrl } from '../../../../src/api/http/logging.ts';

const cases: [name: string, url: string, cleaned: string][] = [
  ['an address without secrets', '/graphql?query=%7Bviewer%7D', '/graphql?query=%7Bviewer%7D'],
  ['a sign-in link', '/sign-in/berthlink_abc?x=1', '/sign-in/[redacted]?x=1'],
  ['a ticket', '/ws/terminals/1?ticket=abc&rows=24', '/ws/terminals/1?ticket=[redacted]&rows=24'],
  ['a second secret', '/x?a=1&Token=abc&id_token=e.y.J', '/x?a=1&Token=[redacted]&id_token=[redacted]'],
  ['a name with the same ending', '/x?myticketnumber=5', '/x?myticketnumber=5'],
];

for (const [name, url, cleaned] of cases) {
  await t.test(`${name} is logged as ${cleaned}`, async (t) => t.equal(cleanUrl(url), cleaned));
}

await t.test('an overlong address is truncated', async (t) =>
  t.ok(cleanUrl(`/${'a'.repeat(100_000)}`).length <= 1_000),
);
