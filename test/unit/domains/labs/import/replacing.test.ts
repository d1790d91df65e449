import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { emptyFolder } from '../../../../kit/labs/git-repository.ts';
import { importAll, scenarioFixtures } from '../../../../kit/labs/imports.ts';

await t.test('replaces existing labs only on request', async (t) => {
  const folder = join(scenarioFixtures, 'killercoda');
  const { into, text } = await importAll(t, folder);
  await writeFile(join(into, 'basics/finish.md'), 'Changed by hand.\n');
  await writeFile(join(into, 'basics/extra.md'), 'And new.\n');
  const again = await importAll(t, folder, { into });
  t.match(again.of('basics'), {
    outcome: 'refused',
    refusals: [{ file: 'basics/index.json', message: /"basics" already exists; --force replaces it/ }],
  });
  t.equal(await text('basics/finish.md'), 'Changed by hand.\n');

  // The leftover of an interrupted import.
  await mkdir(join(into, '.importing-basics'));
  await writeFile(join(into, '.importing-basics/rest'), '');
  const forced = await importAll(t, folder, { into, force: true });
  t.equal(forced.of('basics').outcome, 'imported with warnings');
  t.equal(await text('basics/finish.md'), 'Fair winds.\n');
  t.notOk((await readdir(join(into, 'basics'))).includes('extra.md'), 'the former lab is completely removed');
  t.same((await readdir(into)).sort(), ['basics', 'harbour-pilot']);
});

await t.test('replaces a link instead of a lab, but not its target', async (t) => {
  const into = await emptyFolder(t);
  const elsewhere = await emptyFolder(t);
  await writeFile(join(elsewhere, 'kept'), '');
  await symlink(elsewhere, join(into, 'basics'));
  const folder = join(scenarioFixtures, 'killercoda');
  t.equal((await importAll(t, folder, { into })).of('basics').outcome, 'refused');
  await importAll(t, folder, { into, force: true });
  t.equal((await lstat(join(into, 'basics'))).isDirectory(), true);
  t.same(await readdir(elsewhere), ['kept']);
});
