import t from 'tap';
import { nodeProblem } from '../../../setup/node-version.mjs';

await t.test('Node 20.19 and all later ones will do', async (t) => {
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) {
    t.equal(nodeProblem(version), undefined, version);
  }
});

await t.test('an older one is told which it is and where to get another', async (t) => {
  for (const version of ['20.18.3', '18.20.0', '9.99.0']) {
    t.match(nodeProblem(version), new RegExp(`needs Node 20.19 or later; this is ${version}`));
  }
});
