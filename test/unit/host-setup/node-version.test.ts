import t from 'tap';
import { nodeProblem } from '../../../setup/node-version.mjs';

await t.test('accepts Node 20.19 and later', async (t) => {
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) {
    t.equal(nodeProblem(version), undefined, version);
  }
});

await t.test('an older version is reported with where to get another', async (t) => {
  for (const version of ['20.18.3', '18.20.0', '9.99.0']) {
    t.match(nodeProblem(version), new RegExp(`needs Node 20.19 or later; this is ${version}`));
  }
});
