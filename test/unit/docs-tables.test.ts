import { test } from 'tap';
import { generatePages } from '../../docs/tables.ts';

await test('the generated tables of the documentation are current', async (t) => {
  for (const { path, current, generated } of generatePages()) {
    t.equal(current, generated, `${path}: run "npm run docs:print"`);
    t.match(current, '<!-- generated: ');
  }
});
