import t from 'tap';
import { prefersCsv } from '../../../../src/api/http/csv.ts';

await t.test('CSV is sent only if it is preferred to JSON', (t) => {
  for (const accept of [
    'text/csv',
    'text/csv, application/json;q=0.9',
    'text/*',
    'application/json;q=0, */*',
  ])
    t.equal(prefersCsv({ accept }), true, accept);
  for (const accept of [
    'application/json',
    'application/json, text/csv',
    'text/csv;q=0.5, application/json',
    'text/csv;q=0',
    'text/html, */*;q=0.8',
    '*/*',
    'image/png',
    'nonsense',
    ';;,',
    '',
  ])
    t.equal(prefersCsv({ accept }), false, accept);
  t.equal(prefersCsv({}), false);
  t.end();
});
